//! The employee's session in this page: it asks the service who is signed in, warns before the end,
//! and locks the screen.
//!
//! The service decides when a session ends. The page follows, so that no caller's data stays on the
//! screen of an employee who has walked away. A request for the session counts as use, so it is
//! sent when the employee does something, never by a timer.

mod end;

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

pub use self::end::Ending;
use self::end::SessionEnd;
use crate::{
    browser::Clock,
    call::Call,
    service::{CurrentEmployee, RequestFailure, ServiceHandle},
};

/// The least time between two requests. The session's life is counted in minutes.
const ASK_EVERY_SECONDS: i64 = 60;

/// The browser fires several events within this time when the employee comes back to the page.
const COMING_BACK_SECONDS: i64 = 2;

/// How often the page looks at the clock. A timer for the end itself would sleep as long as the
/// computer does.
const TICK: Duration = Duration::from_secs(1);

/// Who uses the portal, as far as is known.
#[derive(Clone, PartialEq)]
pub enum Presence {
    /// The service is being asked.
    Asking,
    /// The service could not be asked.
    Unreachable,
    SignedIn(CurrentEmployee),
    /// This employee's session has ended in the middle of a call. What was filled in stays.
    Interrupted(CurrentEmployee),
    SignedOut(Cause),
}

/// Why no employee is signed in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Cause {
    /// No employee has signed in yet.
    New,
    Left,
    /// The screen was locked, since it was not used.
    Idle,
    /// The session ended: after its eight hours, or by an administrator.
    Ended,
    Refused(SignInRefusal),
}

#[derive(Clone, Copy)]
pub struct SessionState {
    presence: RwSignal<Presence>,
    warning: RwSignal<Option<SessionEnd>>,
    end: StoredValue<Option<SessionEnd>>,
    asked: StoredValue<Timestamp>,
    /// The time of the last key or click.
    used: StoredValue<Timestamp>,
    clock: Clock,
    service: ServiceHandle,
    call: Call,
}

impl SessionState {
    /// Asks who is signed in, unless signing in was just refused, and from then on follows the
    /// session.
    pub fn provide(
        clock: Clock,
        service: ServiceHandle,
        call: Call,
        refused: Option<SignInRefusal>,
    ) -> Self {
        let now = clock();
        let session = Self {
            presence: RwSignal::new(Presence::Asking),
            warning: RwSignal::new(None),
            end: StoredValue::new(None),
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

    pub fn find() -> Self {
        expect_context()
    }

    pub fn presence(self) -> Presence {
        self.presence.get()
    }

    /// The end of the session, once it is near.
    pub fn warning(self) -> Option<SessionEnd> {
        self.warning.get()
    }

    /// Asks the service who is signed in.
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

    /// Follows the service's answer that there is no session. In the middle of a call, what was
    /// filled in stays.
    pub fn ended(self) {
        match self.presence.get_untracked() {
            Presence::SignedIn(employee) if untrack(|| self.call.has_begun()) => {
                self.call.failure.set(Some(RequestFailure::SIGNED_OUT));
                self.set(Presence::Interrupted(employee));
            }
            Presence::Asking | Presence::Unreachable => self.leave(Cause::New),
            Presence::SignedIn(_) => self.leave(Cause::Ended),
            Presence::Interrupted(_) | Presence::SignedOut(_) => {}
        }
    }

    fn signed_in(self, employee: CurrentEmployee, asked: Timestamp) {
        self.end.set_value(Some(SessionEnd::of(&employee, asked)));
        self.warning.set(None);
        match self.presence.get_untracked() {
            Presence::SignedIn(before) if before.is_same(&employee) => return,
            Presence::Interrupted(before) if before.is_same(&employee) => {}
            // This employee must not see what another one has filled in.
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

    fn leave(self, cause: Cause) {
        self.call.clear();
        self.end.set_value(None);
        self.warning.set(None);
        self.set(Presence::SignedOut(cause));
    }

    fn set(self, presence: Presence) {
        self.presence.set(presence);
    }

    /// Follows a key or a click of the employee.
    fn use_it(self) {
        let now = (self.clock)();
        self.tick();
        self.used.set_value(now);
        let signed_in = matches!(*self.presence.read_untracked(), Presence::SignedIn(_));
        if signed_in && shift(self.asked.get_value(), ASK_EVERY_SECONDS) <= now {
            self.ask();
        }
    }

    /// Follows the employee's return to this page, perhaps from signing in on another one, and
    /// perhaps under another account.
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

    fn tick(self) {
        let now = (self.clock)();
        let Some(end) = self.end.get_value() else {
            return;
        };
        match self.presence.get_untracked() {
            Presence::SignedIn(_) => {}
            // The session has ended already, so its end cannot lock the screen.
            Presence::Interrupted(_) if shift(self.used.get_value(), IDLE_SECONDS) <= now => {
                return self.leave(Cause::Idle);
            }
            _ => return,
        }
        if end.has_come(now) {
            match end.ending {
                Ending::Idle => self.leave(Cause::Idle),
                Ending::Day => self.ended(),
            }
        } else if end.is_near(now) && self.warning.read_untracked().is_none() {
            self.warning.set(Some(end));
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
            // A page that the browser caches to go back to holds no caller's data, and asks again.
            window_event_listener_untyped("pagehide", move |_| self.call.clear()),
            window_event_listener_untyped("pageshow", move |event| {
                if was_cached(&event) {
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

fn was_cached(event: &web_sys::Event) -> bool {
    js_sys::Reflect::get(event, &"persisted".into()).is_ok_and(|persisted| persisted.is_truthy())
}
