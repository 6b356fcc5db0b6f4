// The Worker's entry point on Cloudflare and workerd: it hands requests, scheduled events and calls
// to Durable Objects to the wasm module. A panic leaves the module unusable. The next call then
// gets a new instance of the module, in which each object is constructed again from its storage.

import { WorkerEntrypoint } from "cloudflare:workers";
import * as wasm from "./index.js";

Error.stackTraceLimit = 100;

// Shared with the `worker` crate, whose panic hook sets `criticalError` too.
const state = wasm.__worker_init_state();

// A panic in a promise arrives here, without a caller.
addEventListener("error", ({ error }) => {
  if (error instanceof WebAssembly.RuntimeError) noteCrash(error);
});

function noteCrash(error) {
  console.error("Critical", error);
  state.criticalError = true;
}

function call(work) {
  if (state.criticalError) {
    console.log("Reinitializing Wasm application");
    wasm.__wbg_reset_state();
    state.criticalError = false;
    state.instanceId++;
  }
  try {
    return work();
  } catch (error) {
    // What fails in order fails in its promise.
    noteCrash(error);
    throw error;
  }
}

export default class extends WorkerEntrypoint {
  fetch(request) {
    return call(() => wasm.fetch(request, this.env, this.ctx));
  }

  scheduled(event) {
    return call(() => wasm.scheduled(event, this.env, this.ctx));
  }
}

function durableObject(Class) {
  return class {
    #construct;
    #object;
    #instanceId;

    constructor(context, env) {
      this.#construct = () => new Class(context, env);
      call(() => this.#current());
    }

    fetch(request) {
      return call(() => this.#current().fetch(request));
    }

    alarm() {
      return call(() => this.#current().alarm());
    }

    #current() {
      if (this.#instanceId !== state.instanceId) {
        this.#object = this.#construct();
        this.#instanceId = state.instanceId;
      }
      return this.#object;
    }
  };
}

export const Intake = durableObject(wasm.Intake);
export const Ledger = durableObject(wasm.Ledger);
export const Staff = durableObject(wasm.Staff);
