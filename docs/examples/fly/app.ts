import { App, IpAddress } from "../../../providers/sdk/fly";

const app = new App("shop", { name: "shop-prod", organization: "our-team" });

// Without an address nobody reaches it from outside.
new IpAddress("shop-v4", { app: app.name, type: "shared_v4" });
new IpAddress("shop-v6", { app: app.name, type: "v6" });

export const url = app.hostname.apply((hostname) => `https://${hostname}`);
