import { IpAddress } from "../../../providers/sdk/fly";

// Free, and enough for HTTP and HTTPS.
const shared = new IpAddress("shop-v4", { app: "shop-prod", type: "shared_v4" });
const own = new IpAddress("shop-v6", { app: "shop-prod", type: "v6" });

export const addresses = [shared.address, own.address];
