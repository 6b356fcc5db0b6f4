# The deployment on workerd alone, for a machine of your own. `wrangler.toml` is the same
# deployment for Cloudflare: `cargo xtask lint` compares the settings, and a test compares the rest.
# `dev.capnp` uses this file for local runs and tests.
#
# docs/operators.md says how to run it and what each setting means. It listens on loopback; a server
# in front of it must do TLS and compression.
#
# Lines that begin with `#efgs` are for the exchange with other countries. Without this mark, the
# functions reach the gateway with the client certificate in `efgs/`.

using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    # `cargo xtask build` writes site.json: the rules of `wrangler.toml` and the headers of
    # `portal/_headers`.
    (name = "site", assets = (path = "build/release/portal", userWorker = (name = "functions"),
        config = embed "build/release/site.json")),
    (name = "functions", worker = (
      compatibilityDate = .compatibilityDate,
      modules = [
        (name = "index.js", esModule = embed "build/release/functions/index.js"),
        (name = "index_bg.wasm", wasm = embed "build/release/functions/index_bg.wasm"),
      ],
      bindings = .bindings,
      durableObjectNamespaces = .objects,
      durableObjectStorage = (localDisk = "objects"),
    )),
    (name = "objects", disk = (path = ".state/objects", writable = true)),
    (name = "kv", worker = .kv),
    (name = "kv-index", disk = (path = ".state/kv-index", writable = true)),
    (name = "kv-values", disk = (path = ".state/kv-values", writable = true)),
    (name = "schedule", worker = (
      compatibilityDate = .compatibilityDate,
      compatibilityFlags = .scheduleFlags,
      modules = .scheduleModules,
      bindings = [
        (name = "SCHEDULE", durableObjectNamespace = "Schedule"),
        (name = "CRONS", json = "{\"functions\":[\"0 */4 * * *\",\"50 1-23/2 * * *\",\"10 */2 * * *\"]}"),
        (name = "functions", service = "functions"),
      ],
      durableObjectNamespaces = .scheduleObjects,
      durableObjectStorage = (localDisk = "cron"),
    )),
    (name = "cron", disk = (path = ".state/cron", writable = true)),
    # The functions reach the sign-in provider through it, at public addresses only.
    (name = "internet", network = (allow = ["public"], tlsOptions = (trustBrowserCas = true))),
#efgs    (name = "gateway", external = .gateway),
  ],
  sockets = [(name = "main", address = "127.0.0.1:8787", http = (), service = "site")],
);

const compatibilityDate :Text = "2026-11-01";

const bindings :List(Workerd.Worker.Binding) = [
  (name = "INTAKE", durableObjectNamespace = "Intake"),
  (name = "LEDGER", durableObjectNamespace = "Ledger"),
  (name = "STAFF", durableObjectNamespace = "Staff"),
  (name = "CONTENT", kvNamespace = (name = "kv", props = (json = "{\"namespace\":\"content\"}"))),
  (name = "SECURITY_LOG",
    kvNamespace = (name = "kv", props = (json = "{\"namespace\":\"security-log\"}"))),
#efgs  (name = "EFGS", service = "gateway"),
  (name = "EFGS_SIGNING_CERTIFICATE", fromEnvironment = "EFGS_SIGNING_CERTIFICATE"),
  (name = "EFGS_SIGNING_KEY", fromEnvironment = "EFGS_SIGNING_KEY"),
  (name = "EFGS_TRUST_ANCHOR", fromEnvironment = "EFGS_TRUST_ANCHOR"),
  (name = "EXPORT_SIGNING_KEY", fromEnvironment = "EXPORT_SIGNING_KEY"),
  (name = "MANIFEST_SIGNING_KEY", fromEnvironment = "MANIFEST_SIGNING_KEY"),
  (name = "OIDC_CLIENT_SECRET", fromEnvironment = "OIDC_CLIENT_SECRET"),
  (name = "EFGS_COUNTRIES", text = "BE DE DK ES FI HR IE IT LV NO SI"),
  (name = "EFGS_DOWNLOAD_SCHEDULE", text = "50 1-23/2 * * *"),
  (name = "EFGS_EXCHANGE", text = "off"),
  (name = "EFGS_RETENTION_DAYS", text = "2"),
  (name = "EFGS_TIMEOUT_SECONDS", text = "30"),
  (name = "EFGS_UPLOAD_SCHEDULE", text = "10 */2 * * *"),
  (name = "EFGS_URL", text = "https://gateway.invalid"),
  (name = "EXPORT_KEY_ID", text = "204"),
  (name = "EXPORT_KEY_VERSION", text = "v1"),
  (name = "OIDC_ADMINISTRATOR_ROLE", text = "ggd-administrator"),
  (name = "OIDC_CLIENT_ID", text = ""),
  (name = "OIDC_EMPLOYEE_CLAIM", text = "sub"),
  (name = "OIDC_EMPLOYEE_ROLE", text = "ggd-employee"),
  (name = "OIDC_ISSUER", text = ""),
  (name = "OIDC_ROLE_CLAIM", text = "roles"),
  (name = "OIDC_SECOND_FACTOR", text = "amr:mfa"),
  (name = "PHONE_API", text = "on"),
  (name = "PORTAL_ORIGIN", text = ""),
  (name = "REGION", text = "NL"),
];

# The gateway that exchanges keys with other countries, and the certificates with which both sides
# authenticate.
#efgsconst gateway :Workerd.ExternalServer = (
#efgs  address = "gateway.invalid:443",
#efgs  https = (
#efgs    certificateHost = "gateway.invalid",
#efgs    tlsOptions = (
#efgs      keypair = (
#efgs        privateKey = embed "efgs/authentication.pem",
#efgs        certificateChain = embed "efgs/authentication.crt.pem",
#efgs      ),
#efgs      trustedCertificates = [embed "efgs/ca.crt.pem"],
#efgs    ),
#efgs  ),
#efgs);

# The unique keys name the stored data. An object whose key changes starts with an empty database.
const objects :List(Workerd.Worker.DurableObjectNamespace) = [
  (className = "Intake", uniqueKey = "exposure-notification-Intake", enableSql = true),
  (className = "Ledger", uniqueKey = "exposure-notification-Ledger", enableSql = true),
  (className = "Staff", uniqueKey = "exposure-notification-Desk", enableSql = true),
];

# Workers KV, as workerd includes it.
const kv :Workerd.Worker = (
  compatibilityDate = .compatibilityDate,
  modules = [(name = "kv.js", bundled = "/workerd/kv.js")],
  bindings = [
    (name = "SHARD", durableObjectNamespace = "KVNamespace"),
    (name = "BLOBS", service = "kv-values"),
  ],
  durableObjectNamespaces = [
    (className = "KVNamespace", uniqueKey = "KVNamespace", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "kv-index"),
);

# Cron triggers, as workerd includes them.
const scheduleFlags :List(Text) = ["service_binding_extra_handlers"];
const scheduleModules :List(Workerd.Worker.Module) = [
  (name = "cron.js", bundled = "/workerd/cron.js"),
];
const scheduleObjects :List(Workerd.Worker.DurableObjectNamespace) = [
  (className = "Schedule", uniqueKey = "Schedule", enableSql = true),
];
