//! Who is signed in, and for how long: asking the service, the warning ahead of the end, and the
//! lock of the screen.
//!
//! The service decides when a session ends; the page only follows, so that nothing of a caller
//! stays on the screen of somebody who has walked away. To ask counts as use, so it happens when
//! the employee does something, never by a timer.

use std::time::Duration;

use leptos::{
    ev,
    leptos_dom::helpers::{window_event_listener, window_event_listener_untyped},
    prelude::*,
    task::spawn_local,
};
use shared::{
    Timestamp,
    staff::{session::IDLE_SECONDS, sign_in::SignInRefusal},
    time::shift,
};

use crate::{
    clock::Clock,
    service::{Employee, Failure, InUse},
    validation::Call,
};

/// How long before the end of the session the warning comes.
const WARNING_SECONDS: i64 = 120;

/// How often at most the service is asked. The session's life is counted in minutes.
const ASK_EVERY_SECONDS: i64 = 60;

/// For how long coming back to the page is told by more than one event.
const COMING_BACK_SECONDS: i64 = 2;

/// How often the page looks at the clock. A timer alone would sleep as long as the computer does.
const TICK: Duration = Duration::from_secs(1);

/// Who is at the portal, as far as is known.
#[derive(Clone, PartialEq)]
pub enum Presence {
    /// The service is being asked.
    Asking,
    /// The service could not be asked.
    Unreachable,
    /// This employee.
    SignedIn(Employee),
    /// This employee, whose session has ended in the middle of a call. What was filled in stays.
    Interrupted(Employee),
    /// Nobody.
    SignedOut(Cause),
}

/// Why nobody is signed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// Nobody has signed in yet.
    New,
    /// The employee signed out.
    Left,
    /// The screen was locked, as nobody used it.
    Idle,
    /// The session ended: after its eight hours, or by an administrator.
    Ended,
    /// Signing in was refused.
    Refused(SignInRefusal),
}

/// Which end of the session is near.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Ending {
    /// The one that comes without use.
    Idle,
    /// The one that comes whatever happens.
    Day,
}

/// When the session ends, by the clock of this computer.
#[derive(Clone, Copy)]
struct Ends {
    at: Timestamp,
    ending: Ending,
}

/// The session of this page.
#[derive(Clone, Copy)]
pub struct SessionState {
    presence: RwSignal<Presence>,
    /// The end that is near, and when it comes.
    warning: RwSignal<Option<(Ending, Timestamp)>>,
    ends: StoredValue<Option<Ends>>,
    asked: StoredValue<Timestamp>,
    used: StoredValue<Timestamp>,
    clock: Clock,
    service: InUse,
    call: Call,
}

impl SessionState {
    /// Asks who is signed in, unless signing in was just refused, and from then on follows the
    /// session.
    pub fn provide(
        clock: Clock,
        service: InUse,
        call: Call,
        refused: Option<SignInRefusal>,
    ) -> Self {
        let now = clock();
        let session = Self {
            presence: RwSignal::new(Presence::Asking),
            warning: RwSignal::new(None),
            ends: StoredValue::new(None),
            asked: StoredValue::new(now),
            used: StoredValue::new(now),
            clock,
            service,
            call,
        };
        match refused {
            Some(refusal) => session.set(Presence::SignedOut(Cause::Refused(refusal))),
            None => session.ask(),
        }
        session.follow();
        provide_context(session);
        session
    }

    /// The session that was provided.
    pub fn find() -> Self {
        expect_context()
    }

    /// Who is at the portal.
    pub fn presence(self) -> Presence {
        self.presence.get()
    }

    /// The end of the session that is near, and when it comes.
    pub fn warning(self) -> Option<(Ending, Timestamp)> {
        self.warning.get()
    }

    /// Asks the service, once more after a failure.
    pub fn ask(self) {
        let now = (self.clock)();
        self.asked.set_value(now);
        let answer = self.service.with(|service| service.session());
        spawn_local(async move {
            let answer = answer.await;
            if self.presence.is_disposed() {
                return;
            }
            match answer {
                Ok(employee) => self.signed_in(employee, now),
                Err(failure) if failure.is_signed_out() => self.ended(),
                Err(_) => self.unanswered(),
            }
        });
    }

    /// Signs out, here and at the provider.
    pub fn sign_out(self, on_failure: impl FnOnce() + 'static) {
        let answer = self.service.with(|service| service.sign_out());
        spawn_local(async move {
            match answer.await {
                Ok(location) => {
                    self.leave(Cause::Left);
                    self.service.with(|service| service.leave(&location));
                }
                Err(failure) if failure.is_signed_out() => self.leave(Cause::Left),
                Err(_) => on_failure(),
            }
        });
    }

    /// The service says that there is no session. In the middle of a call what was filled in stays.
    pub fn ended(self) {
        match self.presence.get_untracked() {
            Presence::SignedIn(employee) if untrack(|| self.call.has_begun()) => {
                self.call.failure.set(Some(Failure::SIGNED_OUT));
                self.set(Presence::Interrupted(employee));
            }
            Presence::Asking | Presence::Unreachable => self.leave(Cause::New),
            Presence::SignedIn(_) => self.leave(Cause::Ended),
            Presence::Interrupted(_) | Presence::SignedOut(_) => {}
        }
    }

    fn signed_in(self, employee: Employee, asked: Timestamp) {
        let ending = if employee.idle_seconds < employee.end_seconds {
            Ending::Idle
        } else {
            Ending::Day
        };
        self.ends.set_value(Some(Ends {
            at: shift(asked, employee.idle_seconds.min(employee.end_seconds)),
            ending,
        }));
        self.warning.set(None);
        match self.presence.get_untracked() {
            Presence::SignedIn(before) if before.is_same(&employee) => return,
            Presence::Interrupted(before) if before.is_same(&employee) => {}
            // What somebody else has filled in is not for this employee.
            _ => self.call.clear(),
        }
        self.set(Presence::SignedIn(employee));
        self.tick();
    }

    fn unanswered(self) {
        if self.presence.get_untracked() == Presence::Asking {
            self.set(Presence::Unreachable);
        }
    }

    /// Forgets whatever was filled in.
    fn leave(self, cause: Cause) {
        self.call.clear();
        self.ends.set_value(None);
        self.warning.set(None);
        self.set(Presence::SignedOut(cause));
    }

    fn set(self, presence: Presence) {
        self.presence.set(presence);
    }

    /// The employee does something.
    fn use_it(self) {
        let now = (self.clock)();
        self.tick();
        self.used.set_value(now);
        let signed_in = matches!(*self.presence.read_untracked(), Presence::SignedIn(_));
        if signed_in && shift(self.asked.get_value(), ASK_EVERY_SECONDS) <= now {
            self.ask();
        }
    }

    /// The employee comes back to this page, perhaps from signing in on another one, and perhaps as
    /// somebody else.
    fn come_back(self) {
        self.tick();
        let may_have_changed = match *self.presence.read_untracked() {
            Presence::Interrupted(_) | Presence::SignedOut(Cause::Idle | Cause::Ended) => true,
            Presence::SignedIn(_) => {
                shift(self.asked.get_value(), COMING_BACK_SECONDS) <= (self.clock)()
            }
            _ => false,
        };
        if may_have_changed {
            self.ask();
        }
    }

    /// Looks at the clock.
    fn tick(self) {
        let now = (self.clock)();
        let Some(Ends { at, ending }) = self.ends.get_value() else {
            return;
        };
        match self.presence.get_untracked() {
            Presence::SignedIn(_) => {}
            // There is no session any more whose end could say so.
            Presence::Interrupted(_) if shift(self.used.get_value(), IDLE_SECONDS) <= now => {
                return self.leave(Cause::Idle);
            }
            _ => return,
        }
        if at <= now {
            match ending {
                Ending::Idle => self.leave(Cause::Idle),
                Ending::Day => self.ended(),
            }
        } else if shift(at, -WARNING_SECONDS) <= now && self.warning.read_untracked().is_none() {
            self.warning.set(Some((ending, at)));
        }
    }

    /// Listens to the clock and to what the employee does.
    fn follow(self) {
        let timer = set_interval_with_handle(move || self.tick(), TICK);
        let listeners = [
            window_event_listener(ev::keydown, move |_| self.use_it()),
            window_event_listener(ev::pointerdown, move |_| self.use_it()),
            window_event_listener(ev::focus, move |_| self.come_back()),
            window_event_listener_untyped("visibilitychange", move |_| {
                if !document().hidden() {
                    self.come_back();
                }
            }),
            // A page that the browser keeps aside to go back to holds nothing of a caller, and
            // asks anew.
            window_event_listener_untyped("pagehide", move |_| self.call.clear()),
            window_event_listener_untyped("pageshow", move |event| {
                if was_kept_aside(&event) {
                    self.set(Presence::Asking);
                    self.ask();
                }
            }),
        ];
        on_cleanup(move || {
            if let Ok(timer) = timer {
                timer.clear();
            }
            for listener in listeners {
                listener.remove();
            }
        });
    }
}

fn was_kept_aside(event: &web_sys::Event) -> bool {
    js_sys::Reflect::get(event, &"persisted".into()).is_ok_and(|persisted| persisted.is_truthy())
}
