# Local runs, tests and benchmarks: `workerd.capnp` with a build that has test controls, a
# publication every minute, and a sign-in provider on this machine.
#
# It runs in the folder of the build, which is also the import path, as a copy beside a copy of
# `workerd.capnp` that has the settings of the run (xtask/src/workerd.rs).

using Workerd = import "/workerd/workerd.capnp";
using Release = import "workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "site", assets = (path = "portal", userWorker = (name = "functions"),
        config = embed "/site.json")),
    (name = "functions", worker = (
      compatibilityDate = Release.compatibilityDate,
      modules = [
        (name = "index.js", esModule = embed "/functions/index.js"),
        (name = "index_bg.wasm", wasm = embed "/functions/index_bg.wasm"),
      ],
      bindings = Release.bindings,
      durableObjectNamespaces = Release.objects,
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "objects", disk = (path = ".state/objects", writable = true)),
    (name = "kv", worker = Release.kv),
    (name = "kv-index", disk = (path = ".state/kv-index", writable = true)),
    (name = "kv-values", disk = (path = ".state/kv-values", writable = true)),
    (name = "schedule", worker = (
      compatibilityDate = Release.compatibilityDate,
      compatibilityFlags = Release.scheduleFlags,
      modules = Release.scheduleModules,
      bindings = [
        (name = "SCHEDULE", durableObjectNamespace = "Schedule"),
        (name = "CRONS", json = "{\"functions\":[\"* * * * *\"]}"),
        (name = "functions", service = "functions"),
      ],
      durableObjectNamespaces = Release.scheduleObjects,
      durableObjectStorage = (localDisk = "cron"),
    )),
    (name = "cron", disk = (path = ".state/cron", writable = true)),
    # The provider is on this machine.
    (name = "internet", network = (
        allow = ["public", "private", "local"], tlsOptions = (trustBrowserCas = true))),
#efgs    (name = "gateway", external = Release.gateway),
  ],
  sockets = [(name = "main", address = "127.0.0.1:8787", http = (), service = "site")],
);
