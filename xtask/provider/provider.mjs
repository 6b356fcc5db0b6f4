// The sign-in provider of local runs and tests: a certified OpenID Connect provider on this
// machine, with three demo users. It forgets everything when it ends. It is no part of a release.
//
// Its socket is handed over as standard input (xtask/src/provider.rs), so no other
// program can have taken the port. In the environment: ISSUER, CLIENT_ID, CLIENT_SECRET.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import Provider from "oidc-provider";
import { loginPage, noticePage, signOutPage, style } from "./pages.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET } = process.env;
const file = new URL("demo-users.json", import.meta.url);
const { secondFactor, demoUsers } = JSON.parse(readFileSync(file));

/** Pages of the portal on this machine, at any port. */
const isLocal = (address, path) => {
  const { protocol, hostname, pathname } = new URL(address);
  return protocol === "http:" && ["localhost", "127.0.0.1"].includes(hostname) && pathname === path;
};

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = privateKey.export({ format: "jwk" });
const provider = new Provider(ISSUER, {
  clients: [{
    client_id: CLIENT_ID,
    client_secret: CLIENT_SECRET,
    redirect_uris: ["http://localhost/auth/callback"],
    post_logout_redirect_uris: ["http://localhost/"],
  }],
  claims: { openid: ["sub", "amr"], profile: ["name", "roles"] },
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(32).toString("hex")] },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      logoutSource: (context, form) => { context.body = signOutPage(form); },
      postLogoutSuccessSource: (context) => { context.body = noticePage("Signed out"); },
    },
  },
  findAccount: (_, id) => {
    const { user, password, ...claims } = demoUsers.find(({ sub }) => sub === id) ?? {};
    return claims.sub && { accountId: id, claims: () => claims };
  },
  jwks: { keys: [{ ...key, use: "sig", alg: "RS256", kid: "local" }] },
  loadExistingGrant: async ({ oidc }) => {
    const { clientId } = oidc.client;
    const grant = new provider.Grant({ clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid profile");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  renderError: (context, { error }) => {
    context.type = "html";
    context.body = noticePage(`This does not work: ${error}`);
  },
});
provider.Client.prototype.redirectUriAllowed = (address) => isLocal(address, "/auth/callback");
provider.Client.prototype.postLogoutRedirectUriAllowed = (address) => isLocal(address, "/");

/** The result of the form: the end of the interaction, or a sentence that says what is wrong. */
function judge(form) {
  if (form.get("action") === "cancel") return { error: "access_denied" };
  const found = demoUsers.find(({ user }) => user === form.get("user"));
  if (!found || found.password !== form.get("password")) return "User name or password is wrong.";
  if (form.get("action") === "password-only") {
    return { login: { accountId: found.sub, amr: ["pwd"] } };
  }
  if (form.get("code") !== secondFactor) return "The code is wrong.";
  return { login: { accountId: found.sub, amr: ["pwd", "otp", "mfa"] } };
}

async function interact(request, response) {
  response.setHeader("content-type", "text/html; charset=utf-8");
  try {
    await provider.interactionDetails(request, response);
  } catch {
    response.writeHead(400).end(noticePage("This sign-in has ended. Begin again at the portal."));
    return;
  }
  if (request.method !== "POST") {
    response.end(loginPage(""));
    return;
  }
  let body = "";
  for await (const chunk of request) if (body.length < 4096) body += chunk;
  const outcome = judge(new URLSearchParams(body));
  if (typeof outcome === "string") response.end(loginPage(outcome));
  else {
    const alone = { mergeWithLastSubmission: false };
    await provider.interactionFinished(request, response, outcome, alone);
  }
}

const others = provider.callback();
const server = createServer((request, response) => {
  // The form leads on to the portal, which is another origin.
  response.setHeader(
    "content-security-policy",
    "default-src 'none'; style-src 'self'; form-action 'self' http://localhost:* http://127.0.0.1:*; base-uri 'none'; frame-ancestors 'none'",
  );
  if (request.url === "/style.css") response.setHeader("content-type", "text/css").end(style);
  else if (request.url.startsWith("/interaction/")) interact(request, response);
  else {
    // Every sign-in asks for credentials, so that another user, or the same one with a second
    // factor, can sign in next.
    if (request.url.startsWith("/auth")) {
      const session = /_session(\.\w+)*=[^;]*;? ?/g;
      request.headers.cookie = request.headers.cookie?.replaceAll(session, "");
    }
    others(request, response);
  }
});
server.listen({ fd: 0 });

// It ends with the program that started it, also when that is killed.
const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.exit(); }, 500);
