// The entry point: reads the server's configuration, completes a login at the issuer, then renders the screens.
import "@fontsource-variable/source-sans-3/wght.css";
import "./styles/index.css";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { config, readConfig } from "./app/config.ts";
import { router } from "./app/router.tsx";
import { session } from "./features/session/session.ts";

async function begin(): Promise<void> {
  await readConfig();
  if (!config().demo && config().clientId) {
    const oidc = await import("./features/session/oidc.ts");
    if (location.pathname === oidc.RETURN_PATH) {
      const next = await oidc.comeBack().catch(() => import.meta.env.BASE_URL);
      history.replaceState(null, "", next);
    } else if (session.get().token) {
      oidc.resume();
    }
  }
  const root = document.getElementById("root");
  if (root) createRoot(root).render(<StrictMode><RouterProvider router={router} /></StrictMode>);
}

void begin().catch(() => {
  // No screen exists yet: the server's configuration could not be read.
  document.body.textContent = "Le serveur ne répond pas. Rechargez la page. – The server does not answer. Reload the page.";
});
