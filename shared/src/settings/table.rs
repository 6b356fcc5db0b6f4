//! Every setting and secret, in the order of `docs/operators.md`.

#![expect(missing_docs, reason = "each entry says what it means")]

use super::{
    setting::{
        DefaultValue::{Empty, Secret, Shipped},
        Setting, TableEntry,
    },
    values,
};
use crate::{
    country::Participants,
    publication::{
        signing,
        signing::{ExportSigningKey, ManifestSigningKey},
    },
    staff::sign_in::SecondFactor,
};

/// Every setting and secret.
pub const ALL: [&dyn TableEntry; 25] = [
    &PHONE_API,
    &REGION,
    &EXPORT_KEY_ID,
    &EXPORT_KEY_VERSION,
    &EXPORT_SIGNING_KEY,
    &MANIFEST_SIGNING_KEY,
    &EFGS_EXCHANGE,
    &EFGS_COUNTRIES,
    &EFGS_URL,
    &EFGS_DOWNLOAD_SCHEDULE,
    &EFGS_UPLOAD_SCHEDULE,
    &EFGS_RETENTION_DAYS,
    &EFGS_TIMEOUT_SECONDS,
    &EFGS_SIGNING_KEY,
    &EFGS_SIGNING_CERTIFICATE,
    &EFGS_TRUST_ANCHOR,
    &PORTAL_ORIGIN,
    &OIDC_ISSUER,
    &OIDC_CLIENT_ID,
    &OIDC_CLIENT_SECRET,
    &OIDC_EMPLOYEE_CLAIM,
    &OIDC_ROLE_CLAIM,
    &OIDC_EMPLOYEE_ROLE,
    &OIDC_ADMINISTRATOR_ROLE,
    &OIDC_SECOND_FACTOR,
];

const SWITCH: &str = "`on` or `off`";
const KEY_NAME: &str = "letters, digits and underscores";
const CRON: &str = "a cron expression of five fields";
const CLAIM: &str = "the name of a claim";
const ROLE: &str = "the name of a role";
const CERTIFICATE: &str = "a certificate in PEM with an EC P-256, EC P-384 or RSA key";
const COUNTRIES: &str = "codes of other countries with spaces between them";

pub const PHONE_API: Setting<bool> = Setting {
    name: "PHONE_API",
    meaning: "`off` ends the service for phones: registrations and uploads get 410. Downloads \
              continue",
    default: Shipped("on"),
    expected: SWITCH,
    parse: values::switch,
};

pub const REGION: Setting<String> = Setting {
    name: "REGION",
    meaning: "The region in exposure key sets, two capital letters. For the exchange and \
              `/v1/countries`, it is the code of a country that can take part",
    default: Shipped("NL"),
    expected: "two capital letters",
    parse: values::region,
};

pub const EXPORT_KEY_ID: Setting<String> = Setting {
    name: "EXPORT_KEY_ID",
    meaning: "The id of the public key of exposure key sets, as phones know it",
    default: Shipped("204"),
    expected: KEY_NAME,
    parse: values::key_name,
};

pub const EXPORT_KEY_VERSION: Setting<String> = Setting {
    name: "EXPORT_KEY_VERSION",
    meaning: "The version of that key, as phones know it",
    default: Shipped("v1"),
    expected: KEY_NAME,
    parse: values::key_name,
};

pub const EXPORT_SIGNING_KEY: Setting<ExportSigningKey> = Setting {
    name: "EXPORT_SIGNING_KEY",
    meaning: "The secret key that signs exposure key sets: EC P-256, PKCS#8 PEM",
    default: Secret,
    expected: "an EC P-256 key, PKCS#8 PEM",
    parse: |text| signing::export_signing_key(text).ok(),
};

pub const MANIFEST_SIGNING_KEY: Setting<ManifestSigningKey> = Setting {
    name: "MANIFEST_SIGNING_KEY",
    meaning: "The secret key that signs the manifest and the other documents: Ed25519, PKCS#8 PEM",
    default: Secret,
    expected: "an Ed25519 key, PKCS#8 PEM",
    parse: |text| signing::manifest_signing_key(text).ok(),
};

pub const EFGS_EXCHANGE: Setting<bool> = Setting {
    name: "EFGS_EXCHANGE",
    meaning: "`on` exchanges keys with other countries",
    default: Shipped("off"),
    expected: SWITCH,
    parse: values::switch,
};

pub const EFGS_COUNTRIES: Setting<Participants> = Setting {
    name: "EFGS_COUNTRIES",
    meaning: "The codes of these countries, separated by spaces, without the service's own. \
              `/v1/countries` and the portal name them. Leave it empty to exchange with none",
    default: Shipped("BE DE DK ES FI HR IE IT LV NO SI"),
    expected: COUNTRIES,
    parse: values::parsed,
};

pub const EFGS_URL: Setting<String> = Setting {
    name: "EFGS_URL",
    meaning: "The address of the gateway: `https://…` without a slash at the end. The default \
              leads nowhere",
    default: Shipped("https://gateway.invalid"),
    expected: "https://… without a slash at its end",
    parse: values::gateway,
};

pub const EFGS_DOWNLOAD_SCHEDULE: Setting<String> = Setting {
    name: "EFGS_DOWNLOAD_SCHEDULE",
    meaning: "When the service downloads keys: a cron expression in UTC. `crons` \
              (`wrangler.toml`) or `CRONS` (`workerd.capnp`) must contain the same expression",
    default: Shipped("50 1-23/2 * * *"),
    expected: CRON,
    parse: values::cron,
};

pub const EFGS_UPLOAD_SCHEDULE: Setting<String> = Setting {
    name: "EFGS_UPLOAD_SCHEDULE",
    meaning: "When the service uploads keys, in the same way",
    default: Shipped("10 */2 * * *"),
    expected: CRON,
    parse: values::cron,
};

pub const EFGS_RETENTION_DAYS: Setting<u32> = Setting {
    name: "EFGS_RETENTION_DAYS",
    meaning: "For how many days before today the gateway keeps batches, 1 to 7",
    default: Shipped("2"),
    expected: "a number from 1 to 7",
    parse: values::up_to::<{ values::MAX_RETENTION_DAYS }>,
};

pub const EFGS_TIMEOUT_SECONDS: Setting<u32> = Setting {
    name: "EFGS_TIMEOUT_SECONDS",
    meaning: "How long the service waits for an answer of the gateway, 1 to 120 seconds",
    default: Shipped("30"),
    expected: "a number from 1 to 120",
    parse: values::up_to::<120>,
};

pub const EFGS_SIGNING_KEY: Setting<String> = Setting {
    name: "EFGS_SIGNING_KEY",
    meaning: "The secret key that signs batches: EC P-256 or RSA, PKCS#8 PEM",
    default: Secret,
    expected: "a P-256 or RSA key, PKCS#8 PEM",
    parse: values::any,
};

pub const EFGS_SIGNING_CERTIFICATE: Setting<String> = Setting {
    name: "EFGS_SIGNING_CERTIFICATE",
    meaning: "The certificate of that key, PEM",
    default: Secret,
    expected: CERTIFICATE,
    parse: values::any,
};

pub const EFGS_TRUST_ANCHOR: Setting<String> = Setting {
    name: "EFGS_TRUST_ANCHOR",
    meaning: "The trust anchor of the gateway's operator, PEM",
    default: Secret,
    expected: CERTIFICATE,
    parse: values::any,
};

pub const PORTAL_ORIGIN: Setting<String> = Setting {
    name: "PORTAL_ORIGIN",
    meaning: "The origin of the portal: `https://` and a host, without a slash at the end. Only \
              its pages may change anything",
    default: Empty,
    expected: "`https://` and a host",
    parse: values::origin,
};

pub const OIDC_ISSUER: Setting<String> = Setting {
    name: "OIDC_ISSUER",
    meaning: "The issuer URL of the sign-in provider, https",
    default: Empty,
    expected: "an https URL",
    parse: values::safe_url,
};

pub const OIDC_CLIENT_ID: Setting<String> = Setting {
    name: "OIDC_CLIENT_ID",
    meaning: "The id that the provider gave this service",
    default: Empty,
    expected: "an id",
    parse: values::not_empty,
};

pub const OIDC_CLIENT_SECRET: Setting<String> = Setting {
    name: "OIDC_CLIENT_SECRET",
    meaning: "The client secret that the provider gave this service",
    default: Secret,
    expected: "a secret",
    parse: values::any,
};

pub const OIDC_EMPLOYEE_CLAIM: Setting<String> = Setting {
    name: "OIDC_EMPLOYEE_CLAIM",
    meaning: "The claim that identifies an employee for good",
    default: Shipped("sub"),
    expected: CLAIM,
    parse: values::not_empty,
};

pub const OIDC_ROLE_CLAIM: Setting<String> = Setting {
    name: "OIDC_ROLE_CLAIM",
    meaning: "The claim that holds the role or a list of roles",
    default: Shipped("roles"),
    expected: CLAIM,
    parse: values::not_empty,
};

pub const OIDC_EMPLOYEE_ROLE: Setting<String> = Setting {
    name: "OIDC_EMPLOYEE_ROLE",
    meaning: "Its value for employees",
    default: Shipped("ggd-employee"),
    expected: ROLE,
    parse: values::not_empty,
};

pub const OIDC_ADMINISTRATOR_ROLE: Setting<String> = Setting {
    name: "OIDC_ADMINISTRATOR_ROLE",
    meaning: "Its value for administrators",
    default: Shipped("ggd-administrator"),
    expected: ROLE,
    parse: values::not_empty,
};

pub const OIDC_SECOND_FACTOR: Setting<SecondFactor> = Setting {
    name: "OIDC_SECOND_FACTOR",
    meaning: "The values of `amr` and `acr` that show a second factor, separated by spaces. The \
              service asks the provider for those of `acr`",
    default: Shipped("amr:mfa"),
    expected: "values of acr and amr such as `amr:otp`",
    parse: values::parsed,
};
