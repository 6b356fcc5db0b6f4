//! What a setting is: a name, its place in the operators' table, and a parser.

use thiserror::Error;

/// Gives the text of the setting with a name, if there is one.
pub type Lookup<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// A setting or a secret whose text means a `T`.
pub struct Setting<T> {
    /// The name of the binding.
    pub name: &'static str,
    /// What it is for, in Markdown: the sentence of `docs/operators.md`.
    pub meaning: &'static str,
    /// Its value in the shipped configuration.
    pub default: DefaultValue,
    /// What its text is expected to be, for the log.
    pub(super) expected: &'static str,
    /// Reads its text.
    pub(super) parse: fn(&str) -> Option<T>,
}

/// What the shipped configuration says of a setting.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DefaultValue {
    /// This text.
    Shipped(&'static str),
    /// An empty text, because only the operator knows the value.
    Empty,
    /// Nothing: it is a secret, and in no file.
    Secret,
}

/// A setting that is missing or whose text means nothing. It names the setting and what is
/// expected, never the value, which may be a secret.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("setting {name}: expected {expected}")]
pub struct WrongSetting {
    name: &'static str,
    expected: &'static str,
}

impl<T> Setting<T> {
    /// The value.
    pub fn read(&self, lookup: &Lookup<'_>) -> Result<T, WrongSetting> {
        let binding = match self.default {
            DefaultValue::Secret => "a secret binding",
            DefaultValue::Shipped(_) | DefaultValue::Empty => "a text binding",
        };
        let text = lookup(self.name).ok_or(self.wrong_unless(binding))?;
        self.parse(&text)
    }

    /// What `text` means.
    pub fn parse(&self, text: &str) -> Result<T, WrongSetting> {
        (self.parse)(text).ok_or(self.wrong())
    }

    /// The error when the text does not mean what it should.
    pub const fn wrong(&self) -> WrongSetting {
        self.wrong_unless(self.expected)
    }

    /// The error when the text must also be `expected`.
    pub const fn wrong_unless(&self, expected: &'static str) -> WrongSetting {
        WrongSetting {
            name: self.name,
            expected,
        }
    }
}

/// A row of the table of all settings, for values of any type.
pub trait TableEntry {
    /// The name of the binding.
    fn name(&self) -> &'static str;
    /// What it is for.
    fn meaning(&self) -> &'static str;
    /// Its value in the shipped configuration.
    fn default(&self) -> DefaultValue;
    /// Whether the parser accepts `text`.
    fn check(&self, text: &str) -> Result<(), WrongSetting>;
}

impl<T> TableEntry for Setting<T> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn meaning(&self) -> &'static str {
        self.meaning
    }

    fn default(&self) -> DefaultValue {
        self.default
    }

    fn check(&self, text: &str) -> Result<(), WrongSetting> {
        self.parse(text).map(|_| ())
    }
}
