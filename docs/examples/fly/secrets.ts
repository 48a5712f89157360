import * as random from "@pulumi/random";
import { Secrets } from "../../../providers/sdk/fly";

const key = new random.RandomPassword("shop-key", { length: 40, special: false });
const secrets = new Secrets("shop-secrets", { app: "shop-prod", values: { SIGNING_KEY: key.result } });

// For `secretsVersion` of machines: they wait for it, and a later one starts them anew.
export const version = secrets.secretsVersion;
