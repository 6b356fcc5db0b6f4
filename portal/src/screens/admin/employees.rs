//! The screen of the employees who are signed in, where an administrator can sign one out
//! everywhere.

use leptos::{html, prelude::*, task::spawn_local};
use shared::{api::SignedIn, staff::employee::EmployeeId};

use super::{
    list::{ListBar, Loaded, LoadingNote},
    table::ListTable,
};
use crate::{
    part::{click, each, part},
    service::ServiceHandle,
    session::SessionState,
    texts::{self, EmployeesTexts, text, time_of_day},
};

/// The result of signing an employee out, with the name.
#[derive(Clone)]
enum SignOutResult {
    Done(String),
    Failed(String),
}

/// The table, in which each row can sign its employee out.
#[component]
pub fn EmployeesScreen() -> impl IntoView {
    let texts = texts::current();
    let service = ServiceHandle::find();
    let session = SessionState::find();
    let loaded = Loaded::new();
    let load = move || loaded.load(|service| service.sessions());
    load();
    // The employee whose row asks for confirmation.
    let asked = RwSignal::new(None::<EmployeeId>);
    let outcome = RwSignal::new(None::<SignOutResult>);
    let result = NodeRef::<html::P>::new();
    let sign_out = move |signed_in: SignedIn| {
        let answer = service.with(|service| service.sign_out_everywhere(signed_in.employee));
        spawn_local(async move {
            let answer = answer.await;
            // The administrator may have left this screen.
            if asked.try_set(None).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    outcome.set(Some(SignOutResult::Done(signed_in.name)));
                    load();
                }
                Err(failure) if failure.is_signed_out() => return session.ended(),
                Err(_) => outcome.set(Some(SignOutResult::Failed(signed_in.name))),
            }
            // The row that had the keyboard may be gone.
            if let Some(result) = result.get_untracked() {
                let _ = result.focus();
            }
        });
    };
    let said = move || {
        let texts = &texts.get().employees;
        Some(match outcome.get()? {
            SignOutResult::Done(name) => (texts.done)(&name),
            SignOutResult::Failed(name) => (texts.failed)(&name),
        })
    };
    let is_loaded = Memo::new(move |_| loaded.list.read().is_some());
    let count = move || {
        Some((texts.get().employees.count)(
            loaded.list.read().as_ref()?.len(),
        ))
    };
    let rows = move || {
        let list = loaded.list.get().unwrap_or_default();
        each(list, |signed_in| view! { <Row signed_in asked sign_out /> })
    };

    view! {
        <p class="prose">{text(|texts| texts.employees.intro)}</p>
        <LoadingNote loaded again=load />
        <p
            node_ref=result
            tabindex="-1"
            class="outcome"
            class:error=move || matches!(*outcome.read(), Some(SignOutResult::Failed(_)))
            role="status"
            id="outcome"
        >
            {said}
        </p>
        {part(move || is_loaded.get().then(|| view! {
            <ListBar count=part(count) refresh=click(load) />
            <ListTable
                caption=|texts| texts.employees.caption
                columns=&[
                    |texts| texts.employees.name,
                    |texts| texts.employees.employee,
                    |texts| texts.employees.role,
                    |texts| texts.employees.until,
                    |texts| texts.employees.action,
                ]
                rows=part(rows)
            />
        }))}
    }
}

#[component]
fn Row(
    signed_in: SignedIn,
    asked: RwSignal<Option<EmployeeId>>,
    sign_out: impl Fn(SignedIn) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let texts = texts::current();
    let role = signed_in.role;
    let name = signed_in.name.clone();
    let employee = signed_in.employee.as_str().to_owned();
    let until = time_of_day(signed_in.idle_until);
    let signed_in = StoredValue::new(signed_in);
    let is_asked = Memo::new(move |_| {
        signed_in.with_value(|signed_in| asked.read().as_ref() == Some(&signed_in.employee))
    });
    let of_name = move |say: fn(&EmployeesTexts) -> fn(&str) -> String| {
        move || signed_in.with_value(|signed_in| say(&texts.get().employees)(&signed_in.name))
    };
    let button = NodeRef::<html::Button>::new();
    let no = NodeRef::<html::Button>::new();
    let declined = StoredValue::new(false);
    // The question and the button take each other's place, and the keyboard follows: to the answer
    // that does no harm, and back. After the other answer it goes to the result.
    Effect::new(move |before: Option<bool>| {
        let now = is_asked.get();
        let place = match (before, now) {
            (Some(_), true) => no.get(),
            (Some(true), false) if declined.get_value() => button.get(),
            _ => None,
        };
        if let Some(place) = place {
            let _ = place.focus();
        }
        now
    });

    view! {
        <tr>
            <th scope="row">{name}</th>
            <td>{employee}</td>
            <td>{part(move || (texts.get().lists.role)(role))}</td>
            <td>{until}</td>
            <td class="actions">
                <Show
                    when=move || is_asked.get()
                    fallback=move || view! {
                        <button
                            node_ref=button
                            type="button"
                            class="quiet"
                            aria-label=of_name(|texts| texts.sign_out)
                            on:click=click(move || {
                                declined.set_value(false);
                                asked.set(Some(signed_in.get_value().employee));
                            })
                        >
                            {text(|texts| texts.employees.sign_out_short)}
                        </button>
                    }
                >
                    <div class="confirm" role="group" aria-label=of_name(|texts| texts.confirm)>
                        <p>{of_name(|texts| texts.confirm)}</p>
                        <button
                            type="button"
                            class="danger"
                            on:click=click(move || sign_out(signed_in.get_value()))
                        >
                            {text(|texts| texts.employees.yes)}
                        </button>
                        <button
                            node_ref=no
                            type="button"
                            class="quiet"
                            on:click=click(move || {
                                declined.set_value(true);
                                asked.set(None);
                            })
                        >
                            {text(|texts| texts.employees.no)}
                        </button>
                    </div>
                </Show>
            </td>
        </tr>
    }
}
