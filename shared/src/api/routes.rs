//! Every route of the service: its path, the methods that it takes, and its audience
//! (design §4.1–4.3).
//!
//! The service dispatches on these values. Phones, the portal, the log and the API description take
//! their paths from here, so a path is spelled once.

use super::content::{Content, ContentPathError, FileKind};
use crate::publication::content::ContentId;

/// A route, by its audience.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Route {
    /// Published content, for everyone.
    Content(Content),
    /// `GET /v1/countries`, for everyone: the countries that keys are exchanged with.
    Countries,
    /// For the portal, on behalf of an employee who is signed in.
    Employee(EmployeeRoute),
    /// For phones that register or upload.
    Phone(PhoneRoute),
    /// For the browser of an employee who signs in or out.
    SignIn(SignInRoute),
}

/// A route for phones (design §4.1.1–3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum PhoneRoute {
    /// A new enrolment. The body is ignored.
    Register,
    /// Keys for an enrolment, signed with its confirmation key.
    PostKeys,
    /// The decoy. It looks like one of the others and stores nothing.
    StopKeys,
}

/// A route for the portal (design §4.3.7–11).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EmployeeRoute {
    /// For administrators: the audit trail.
    Audit,
    /// For administrators: the state of the exchange with other countries.
    Exchange,
    /// Who is signed in.
    Session,
    /// For administrators: everyone who is signed in.
    Sessions,
    /// For administrators: ends every session of an employee.
    SignOut,
    /// Validates a code.
    Validations,
}

/// The steps of signing in, and signing out (design §4.3.1, §4.3.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SignInRoute {
    /// Sends the browser to the provider.
    Login,
    /// Receives the browser from the provider.
    Callback,
    /// Ends the session.
    Logout,
}

/// The controls of builds for tests and local runs; a release has none of them (design §5.5).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TestRoute {
    /// Builds exposure key sets, to be measured.
    BenchExport,
    /// Moves the service's clock.
    Clock,
    /// Runs both jobs of the exchange with other countries.
    Exchange,
    /// Deletes what has expired.
    Expire,
    /// The public keys and the time, for phones on the page of a local run.
    Phone,
    /// Publishes what may be published.
    Publish,
}

/// The path of a route, and the methods that it takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Endpoint {
    /// Ends with `{id}` if the route is that of a content-addressed file.
    pub path: &'static str,
    /// Other methods are refused.
    pub methods: Methods,
}

/// The methods that a route takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Methods {
    /// Reads.
    Get,
    /// Downloads.
    GetAndHead,
    /// Changes something.
    Post,
}

/// Why a request has no route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RouteError {
    /// The path names a kind of file, but no content id.
    MalformedId,
    /// The path takes other methods only.
    MethodNotAllowed(Methods),
    /// The service does not have the path.
    NotFound,
}

impl Route {
    /// The route of a request.
    pub fn parse(method: &str, path: &str) -> Result<Self, RouteError> {
        let route = match Self::fixed().find(|route| route.endpoint().path == path) {
            Some(route) => route,
            None => Self::Content(Content::parse_file(path)?),
        };
        route.endpoint().methods.check(method)?;
        Ok(route)
    }

    /// The path and the methods.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Content(content) => Endpoint {
                path: content.pattern(),
                methods: Methods::GetAndHead,
            },
            Self::Countries => Endpoint::get("/v1/countries"),
            Self::Employee(route) => route.endpoint(),
            Self::Phone(route) => route.endpoint(),
            Self::SignIn(route) => route.endpoint(),
        }
    }

    /// Every route; those of files have any content id.
    pub fn all() -> impl Iterator<Item = Self> {
        let file = |kind| Self::Content(Content::File(kind, ContentId::of(b"")));
        Self::fixed().chain(FileKind::ALL.map(file))
    }

    /// The routes whose path has no parameter.
    fn fixed() -> impl Iterator<Item = Self> {
        let content = [Content::Index, Content::Manifest];
        PhoneRoute::ALL
            .map(Self::Phone)
            .into_iter()
            .chain(content.map(Self::Content))
            .chain([Self::Countries])
            .chain(EmployeeRoute::ALL.map(Self::Employee))
            .chain(SignInRoute::ALL.map(Self::SignIn))
    }
}

impl PhoneRoute {
    /// The query parameter of an upload's signature, in Base64.
    pub const SIGNATURE: &str = "sig";

    /// All phone routes.
    pub const ALL: [Self; 3] = [Self::Register, Self::PostKeys, Self::StopKeys];

    /// The path and the methods.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Register => Endpoint::post("/v2/register"),
            Self::PostKeys => Endpoint::post("/v1/postkeys"),
            Self::StopKeys => Endpoint::post("/v1/stopkeys"),
        }
    }

    /// The path alone.
    pub const fn path(self) -> &'static str {
        self.endpoint().path
    }
}

impl EmployeeRoute {
    /// The query parameter of [`Self::Audit`]: the member `older` of the page before.
    pub const BEFORE: &str = "before";

    /// The request header of [`Self::Validations`] with an idempotency key.
    pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

    /// All employee routes.
    pub const ALL: [Self; 6] = [
        Self::Session,
        Self::Validations,
        Self::Sessions,
        Self::SignOut,
        Self::Audit,
        Self::Exchange,
    ];

    /// The path and the methods.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Audit => Endpoint::get("/api/audit"),
            Self::Exchange => Endpoint::get("/api/exchange"),
            Self::Session => Endpoint::get("/api/session"),
            Self::Sessions => Endpoint::get("/api/sessions"),
            Self::SignOut => Endpoint::post("/api/sign-out"),
            Self::Validations => Endpoint::post("/api/validations"),
        }
    }

    /// The path alone.
    pub const fn path(self) -> &'static str {
        self.endpoint().path
    }
}

impl SignInRoute {
    /// All sign-in routes.
    pub const ALL: [Self; 3] = [Self::Login, Self::Callback, Self::Logout];

    /// The path and the methods.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::Login => Endpoint::get("/auth/login"),
            Self::Callback => Endpoint::get("/auth/callback"),
            Self::Logout => Endpoint::post("/auth/logout"),
        }
    }

    /// The path alone.
    pub const fn path(self) -> &'static str {
        self.endpoint().path
    }
}

impl TestRoute {
    /// All test controls.
    pub const ALL: [Self; 6] = [
        Self::BenchExport,
        Self::Clock,
        Self::Exchange,
        Self::Expire,
        Self::Phone,
        Self::Publish,
    ];

    /// The route of a request.
    pub fn parse(method: &str, path: &str) -> Result<Self, RouteError> {
        let route = Self::ALL.into_iter().find(|route| route.path() == path);
        let route = route.ok_or(RouteError::NotFound)?;
        route.endpoint().methods.check(method)?;
        Ok(route)
    }

    /// The path and the methods.
    pub const fn endpoint(self) -> Endpoint {
        match self {
            Self::BenchExport => Endpoint::post("/test/bench/export"),
            Self::Clock => Endpoint::post("/test/clock"),
            Self::Exchange => Endpoint::post("/test/run/exchange"),
            Self::Expire => Endpoint::post("/test/run/expire"),
            Self::Phone => Endpoint::get("/test/phone"),
            Self::Publish => Endpoint::post("/test/run/publish"),
        }
    }

    /// The path alone.
    pub const fn path(self) -> &'static str {
        self.endpoint().path
    }
}

impl Endpoint {
    const fn get(path: &'static str) -> Self {
        Self {
            path,
            methods: Methods::Get,
        }
    }

    const fn post(path: &'static str) -> Self {
        Self {
            path,
            methods: Methods::Post,
        }
    }
}

impl Methods {
    /// The value of the header `Allow`.
    pub const fn allow(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::GetAndHead => "GET, HEAD",
            Self::Post => "POST",
        }
    }

    /// Whether a request changes something, so that the page that sends it must be the portal's
    /// own.
    pub const fn changes_something(self) -> bool {
        matches!(self, Self::Post)
    }

    fn check(self, method: &str) -> Result<(), RouteError> {
        let mut allowed = self.allow().split(", ");
        if allowed.any(|allowed| allowed == method) {
            Ok(())
        } else {
            Err(RouteError::MethodNotAllowed(self))
        }
    }
}

impl From<ContentPathError> for RouteError {
    fn from(error: ContentPathError) -> Self {
        match error {
            ContentPathError::MalformedId => Self::MalformedId,
            ContentPathError::NotFound => Self::NotFound,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_is_found_at_its_path_by_its_methods_alone() {
        for route in Route::all() {
            let Endpoint { path, methods } = route.endpoint();
            let path = path.replace("{id}", &ContentId::of(b"").to_string());
            for method in ["GET", "HEAD", "POST", "PUT", "OPTIONS", "get", ""] {
                let expected = if methods.allow().split(", ").any(|allowed| allowed == method) {
                    Ok(route)
                } else {
                    Err(RouteError::MethodNotAllowed(methods))
                };
                assert_eq!(Route::parse(method, &path), expected, "{method} {path}");
            }
        }
        for route in TestRoute::ALL {
            let Endpoint { path, methods } = route.endpoint();
            assert_eq!(TestRoute::parse(methods.allow(), path), Ok(route));
            assert_eq!(Route::parse("GET", path), Err(RouteError::NotFound));
        }
    }

    #[test]
    fn other_paths_are_no_route_whatever_the_method() {
        let id = ContentId::of(b"a file");
        for (path, error) in [
            ("", RouteError::NotFound),
            ("/", RouteError::NotFound),
            ("/api/", RouteError::NotFound),
            ("/api/nothing", RouteError::NotFound),
            ("/api/session/", RouteError::NotFound),
            ("/auth/other", RouteError::NotFound),
            ("/v6/", RouteError::NotFound),
            ("/v6/manifest/", RouteError::NotFound),
            ("/v6/unknown/1", RouteError::NotFound),
            ("/test/nothing", RouteError::NotFound),
            ("v6/manifest", RouteError::NotFound),
            ("/v6/exposurekeyset", RouteError::NotFound),
            (&format!("//v6/appconfig/{id}"), RouteError::NotFound),
            ("/v6/exposurekeyset/", RouteError::MalformedId),
            ("/v6/exposurekeyset/{id}", RouteError::MalformedId),
            (&format!("/v6/appconfig/{id}0"), RouteError::MalformedId),
            (&format!("/v6/appconfig/{id}/"), RouteError::MalformedId),
        ] {
            for method in ["GET", "POST"] {
                assert_eq!(Route::parse(method, path), Err(error), "{path}");
                let test_route = TestRoute::parse(method, path);
                assert_eq!(test_route, Err(RouteError::NotFound), "{path}");
            }
        }
    }

    #[test]
    fn only_a_post_changes_something() {
        let changing = Route::all().filter(|route| route.endpoint().methods.changes_something());
        let paths: Vec<_> = changing.map(|route| route.endpoint().path).collect();
        assert_eq!(
            paths,
            [
                "/v2/register",
                "/v1/postkeys",
                "/v1/stopkeys",
                "/api/validations",
                "/api/sign-out",
                "/auth/logout",
            ]
        );
    }
}
