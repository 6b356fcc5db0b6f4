//! The form that an employee fills in while the caller is on the telephone.

use leptos::{ev, prelude::*, task::spawn_local};
use shared::{
    Timestamp,
    api::{Validation, ValidationRequest},
    dates::Illness,
};

use crate::{
    answer::{Accepted, FailurePanel},
    api::{Failure, Sender, Submission, idempotency_key},
    app::Clock,
    code_field::{self, CodeEntry, CodeField, Typed},
    date_field::{DateEntry, DateField},
    field::{FieldError, focus, invalid},
    texts,
};

const SYMPTOMS_YES: &str = "symptoms-yes";
const SYMPTOMS_NO: &str = "symptoms-no";

/// The form, and above it what is wrong when a submission was not accepted.
#[component]
pub fn ValidationForm(
    clock: Clock,
    sender: Sender,
    /// Called when the code is accepted, or would have been if it were no training code.
    on_accepted: impl Fn(Accepted) + Copy + Send + 'static,
    /// Whether the keyboard starts in the form.
    take_focus: bool,
) -> impl IntoView {
    let texts = texts::current();
    let form = Form::new();
    let now = RwSignal::new(clock());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    // A submission of which nobody knows whether it arrived. Sent again unchanged, it keeps its key.
    let unanswered = StoredValue::new(None::<(Validation, String)>);
    let sender = StoredValue::new_local(sender);

    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        let moment = clock();
        now.set(moment);
        let (validation, request) = match untrack(|| form.read(moment)) {
            Ok(Filled::Training(illness)) => return on_accepted(Accepted::practised(illness)),
            Ok(Filled::Validation(validation, request)) => (validation, request),
            Err(id) => return focus(id),
        };
        let idempotency_key = unanswered
            .get_value()
            .filter(|(earlier, _)| *earlier == validation)
            .map_or_else(idempotency_key, |(_, key)| key);
        let submission = Submission {
            request,
            idempotency_key: idempotency_key.clone(),
        };
        busy.set(true);
        let answer = sender.with_value(|sender| sender(submission));
        spawn_local(async move {
            let answer = answer.await;
            busy.set(false);
            match answer {
                Ok(answer) => on_accepted(Accepted::by_service(answer)),
                Err(cause) => {
                    let keep = cause.invites_retry();
                    unanswered.set_value(keep.then_some((validation, idempotency_key)));
                    failure.set(Some(cause));
                }
            }
        });
    };
    // An untouched form may have waited since yesterday; one that is being filled in does not change its days.
    let look_at_clock = move |_| {
        if untrack(|| form.is_empty()) {
            now.set(clock());
        }
    };

    view! {
        <FailurePanel failure retry=submit />
        <form
            class="sheet"
            novalidate
            autocomplete="off"
            aria-busy=move || busy.get().to_string()
            on:focusin=look_at_clock
            on:submit=move |event: ev::SubmitEvent| {
                event.prevent_default();
                submit();
            }
        >
            <p class="intro">{texts.intro}</p>
            <CodeField entry=form.code take_focus />
            <SymptomsField form />
            <DateField entry=form.date symptomatic=form.symptomatic now />
            <div class="infectious" role="status">
                {move || {
                    let illness = form.illness(now.get())?;
                    Some(view! {
                        <p>{texts.infectious.label}</p>
                        <p class="day">{texts.day(illness.infectious_from())}</p>
                        <p class="hint">{(texts.infectious.why)(illness.symptomatic())}</p>
                    })
                }}
            </div>
            // Not `disabled` while busy: that would take the keyboard's place away.
            <button type="submit" aria-disabled=move || busy.get().to_string()>
                {move || if busy.get() { texts.sending } else { texts.send }}
            </button>
            <p class="visually-hidden" role="status">
                {move || busy.get().then_some(texts.sending)}
            </p>
        </form>
    }
}

#[component]
fn SymptomsField(form: Form) -> impl IntoView {
    let texts = &texts::current().symptoms;
    let missing = move || form.symptoms_settled.get() && form.symptomatic.get().is_none();
    let radio = move |id: &'static str, value: bool, label: &'static str| {
        view! {
            <label class="choice" for=id>
                <input
                    id=id
                    type="radio"
                    name="symptoms"
                    required
                    on:change=move |_| form.symptomatic.set(Some(value))
                />
                {label}
            </label>
        }
    };

    view! {
        <fieldset
            class="field"
            role="radiogroup"
            aria-required="true"
            aria-describedby="symptoms-error"
            aria-invalid=move || invalid(missing())
        >
            <legend>{texts.question}</legend>
            <div class="choices">
                {radio(SYMPTOMS_YES, true, texts.yes)} {radio(SYMPTOMS_NO, false, texts.no)}
            </div>
            <FieldError
                id="symptoms-error"
                text=Signal::derive(move || missing().then(|| texts.missing.to_owned()))
            />
        </fieldset>
    }
}

/// What the employee has filled in so far.
#[derive(Clone, Copy)]
struct Form {
    code: CodeEntry,
    symptomatic: RwSignal<Option<bool>>,
    symptoms_settled: RwSignal<bool>,
    date: DateEntry,
}

/// A form without errors.
enum Filled {
    Training(Illness),
    Validation(Validation, ValidationRequest),
}

impl Form {
    fn new() -> Self {
        Self {
            code: CodeEntry::new(),
            symptomatic: RwSignal::new(None),
            symptoms_settled: RwSignal::new(false),
            date: DateEntry::new(),
        }
    }

    fn is_empty(self) -> bool {
        self.code.is_empty() && self.symptomatic.read().is_none() && self.date.is_empty()
    }

    fn illness(self, now: Timestamp) -> Option<Illness> {
        Illness::parse(self.symptomatic.get()?, &self.date.text(), now).ok()
    }

    /// The whole form, or the id of the first element, from the top, that is not in order. From now on every error
    /// is shown.
    fn read(self, now: Timestamp) -> Result<Filled, &'static str> {
        self.code.settle();
        self.symptoms_settled.set(true);
        self.date.settle();

        let code = match self.code.typed() {
            Typed::Code(code) => Some(code),
            Typed::Training => None,
            Typed::Wrong(_) => return Err(code_field::ID),
        };
        let symptomatic = self.symptomatic.get().ok_or(SYMPTOMS_YES)?;
        let date = self.date.text();
        let illness = Illness::parse(symptomatic, &date, now).map_err(|_| self.date.id())?;
        let Some(code) = code else {
            return Ok(Filled::Training(illness));
        };
        Ok(Filled::Validation(
            Validation { code, illness },
            // One spelling for every try, so that the service sees the same body.
            ValidationRequest {
                code: code.compact(),
                symptomatic,
                date,
            },
        ))
    }
}
