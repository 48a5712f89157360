import { REGIONS } from "../../lib/fly";
import { Field } from "../schema/fields";

/** The app that a resource belongs to. */
export const appField: Field = {
    type: "string",
    description: "Name of the app that it belongs to.",
    replaces: "it is a part of its app",
};

export const regionField: Field = {
    type: "string",
    description: "Code of the region: `iad`, `fra`.",
    oneOf: Object.keys(REGIONS),
};

export const secretsVersionField: Field = {
    type: "integer",
    description:
        "Version of the app's secrets that is waited for, an output of `Secrets`. Machines read secrets when they start, so another version starts them anew.",
    optional: true,
    min: 0,
};

/** Source of the default: flyctl's own. */
export const healthyTimeoutField: Field = {
    type: "integer",
    description: "How long a machine may take until it is started and all its checks pass, in seconds.",
    default: 300,
    min: 1,
};
