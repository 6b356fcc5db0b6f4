//! The Worker.
use worker::{Context, DurableObject, Env, Request, Response, Result, State, durable_object, event};

#[event(fetch)]
async fn fetch(_req: Request, _env: Env, _ctx: Context) -> Result<Response> {
    Response::ok("hello")
}

/// Intake
#[durable_object]
pub struct Intake { state: State }
impl DurableObject for Intake {
    fn new(state: State, _env: Env) -> Self { Self { state } }
    async fn fetch(&self, _req: Request) -> Result<Response> { let _ = &self.state; Response::ok("x") }
}
/// Ledger
#[durable_object]
pub struct Ledger { state: State }
impl DurableObject for Ledger {
    fn new(state: State, _env: Env) -> Self { Self { state } }
    async fn fetch(&self, _req: Request) -> Result<Response> { let _ = &self.state; Response::ok("x") }
}
