//! A list that comes from the service: loading, failed, or loaded.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    part::{Click, Part, click, part},
    service::{Reply, Service, ServiceHandle},
    session::SessionState,
    texts::text,
};

/// A list, as far as it is loaded.
pub struct Loaded<T: Send + Sync + 'static> {
    /// The list, once it has come.
    pub list: RwSignal<Option<Vec<T>>>,
    failed: RwSignal<bool>,
    loading: RwSignal<bool>,
    session: SessionState,
    service: ServiceHandle,
}

impl<T: Send + Sync + 'static> Copy for Loaded<T> {}

impl<T: Send + Sync + 'static> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Loaded<T> {
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(None),
            failed: RwSignal::new(false),
            loading: RwSignal::new(false),
            session: SessionState::find(),
            service: ServiceHandle::find(),
        }
    }

    /// Asks the service. A list that is loaded already stays until the answer comes.
    pub fn load(self, ask: impl FnOnce(&dyn Service) -> Reply<Vec<T>>) {
        self.ask(ask, |list, answer| *list = Some(answer));
    }

    /// Asks the service for the entries after the list.
    pub fn load_more(self, ask: impl FnOnce(&dyn Service) -> Reply<Vec<T>>) {
        self.ask(ask, |list, answer| {
            list.get_or_insert_default().extend(answer);
        });
    }

    fn ask(
        self,
        ask: impl FnOnce(&dyn Service) -> Reply<Vec<T>>,
        take: fn(&mut Option<Vec<T>>, Vec<T>),
    ) {
        if self.loading.get_untracked() {
            return;
        }
        self.loading.set(true);
        self.failed.set(false);
        let answer = self.service.with(ask);
        spawn_local(async move {
            let answer = answer.await;
            // The employee may have left this screen, and its signals are gone then.
            if self.loading.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => self.list.update(|list| take(list, answer)),
                Err(failure) if failure.is_signed_out() => self.session.ended(),
                Err(_) => self.failed.set(true),
            }
        });
    }
}

/// The number of entries, a button that loads them again, and what else can be done with the list.
#[component]
pub fn ListBar(
    count: Part,
    refresh: Click,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="bar">
            <p role="status" id="count">{count}</p>
            <button type="button" class="quiet" on:click=refresh>
                {text(|texts| texts.lists.refresh)}
            </button>
            {children.map(|children| children())}
        </div>
    }
}

/// Says that the list is loading, or that it failed, with a button to try again.
#[component]
pub fn LoadingNote<T: Send + Sync + 'static>(
    loaded: Loaded<T>,
    again: impl Fn() + Copy + Send + 'static,
) -> impl IntoView {
    let waiting = move || loaded.loading.get() && loaded.list.read().is_none();

    view! {
        <p class="loading" role="status">
            {part(move || waiting().then(|| text(|texts| texts.lists.loading)))}
        </p>
        <div role="alert">
            {part(move || loaded.failed.get().then(|| view! {
                <div class="panel refused">
                    <p>{text(|texts| texts.lists.failed)}</p>
                    <button type="button" on:click=click(again)>
                        {text(|texts| texts.lists.again)}
                    </button>
                </div>
            }))}
        </div>
    }
}
