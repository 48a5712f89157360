import * as pulumi from "@pulumi/pulumi";
import { App, FlyProvider } from "../../../providers/sdk/fly";

// Another organization than the one that the stack's `fly:token` or FLY_API_TOKEN is for.
const token = new pulumi.Config("berth").requireSecret("flyToken");
const provider = new FlyProvider("customer", { token });

new App("customer-web", { organization: "customer" }, { provider });
