// The pages of the local sign-in provider: plain HTML without scripts.

const escape = (text) =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (title, content) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title} – local sign-in provider</title>
    <link rel="stylesheet" href="/style.css">
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
  </body>
</html>
`;

/** The form; with an error, that comes first. */
export const loginPage = (error) => page("Sign in", `
      ${error ? `<p id="error" role="alert">${escape(error)}</p>` : ""}
      <form method="post">
        <label for="user">User name</label>
        <input id="user" name="user" autocomplete="username" autocapitalize="none"
          required autofocus>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password"
          required>
        <label for="code">Code of your second factor</label>
        <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code">
        <button name="action" value="sign-in">Sign in</button>
        <button name="action" value="password-only">Sign in without a second factor</button>
        <button name="action" value="cancel" formnovalidate>Cancel</button>
      </form>
      <p>This provider is for trying the portal on this machine. <code>cargo xtask dev</code> lists
        its users.</p>`);

/** The question whether to sign out; `form` is the provider's own, without a button. */
export const signOutPage = (form) => page("Sign out", `
      <p>Sign out here too?</p>
      ${form}
      <button form="op.logoutForm" name="logout" value="yes" autofocus>Yes, sign out</button>
      <button form="op.logoutForm">No, stay signed in</button>`);

/** A page that says one thing. */
export const noticePage = (text) => page("Sign-in provider", `<p>${escape(text)}</p>`);

export const style = `
:root { color-scheme: light dark; font: 1.125rem/1.5 system-ui, sans-serif; }
main { max-width: 24rem; margin: 2rem auto; padding: 0 1rem; }
label, button { display: block; width: 100%; margin-top: 1rem; }
input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
button { padding: .5rem; font: inherit; }
[role="alert"] { padding: .5rem; border: 2px solid; }
`;
