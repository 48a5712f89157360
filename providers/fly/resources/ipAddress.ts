import { ResourceSchema } from "../../schema/fields";
import { WireAddress } from "../client/types";
import { appField, regionField } from "../fields";
import { idOf, partsOf } from "../ids";
import { makeOnce } from "../once";
import { defineFlyKind } from "../services";

const TYPES = ["v4", "v6", "shared_v4", "private_v6"] as const;

interface Inputs {
    readonly app: string;
    readonly type: string;
    readonly region?: string;
}

interface Outputs {
    readonly address: string;
}

const WHY = "an address is what it is";

export const ipAddressSchema: ResourceSchema = {
    token: "fly:index:IpAddress",
    description:
        "An address under which Fly's proxy answers for an app. Without one the app has no public name. An app has at most one of each type and region here.",
    importId: "my-app/137.66.1.2",
    inputs: {
        app: appField,
        type: {
            type: "string",
            description:
                "`shared_v4` is free and shared with other apps, `v6` free and the app's own, `v4` the app's own and paid, `private_v6` for the organization's own network (Flycast).",
            oneOf: TYPES,
            replaces: WHY,
        },
        region: {
            ...regionField,
            description: "Region of a dedicated address. All of them when it is left out.",
            optional: true,
            replaces: WHY,
        },
    },
    outputs: { address: { type: "string", description: "The address." } },
};

/** An address of an app: see its schema. */
export const ipAddress = defineFlyKind<Inputs, Outputs>(ipAddressSchema, {
    deleteBeforeReplace: true,

    async create({ app, type, region }, { fly, signal }) {
        const made = await makeOnce(
            async () =>
                (await fly.listAddresses(app, signal)).find(
                    (each) => typeOf(each) === type && regionOf(each) === region,
                ),
            () => fly.assignAddress(app, { type, region }, signal),
        );
        return { id: idOf(app, made.ip), outputs: { address: made.ip } };
    },

    async read(id, state, { fly, signal }) {
        const { app, part } = partsOf(id, ipAddressSchema.importId);
        const found = (await fly.listAddresses(app, signal)).find(({ ip }) => ip === part);
        return found && state;
    },

    async import(id, { fly, signal }) {
        const { app, part } = partsOf(id, ipAddressSchema.importId);
        const found = (await fly.listAddresses(app, signal)).find(({ ip }) => ip === part);
        const region = found && regionOf(found);
        return found && { app, type: typeOf(found), ...(region && { region }), address: part };
    },

    async delete(id, _state, { fly, signal }) {
        const { app, part } = partsOf(id, ipAddressSchema.importId);
        await fly.releaseAddress(app, part, signal);
    },
});

/** What the API tells by the address itself: private ones lie in `fdaa::/16`. */
function typeOf({ ip, shared }: WireAddress): (typeof TYPES)[number] {
    if (shared === true) {
        return "shared_v4";
    }
    if (!ip.includes(":")) {
        return "v4";
    }
    return ip.startsWith("fdaa:") ? "private_v6" : "v6";
}

/** An address of all regions is told as `global`. */
function regionOf({ region }: WireAddress): string | undefined {
    return region === "" || region === "global" ? undefined : region;
}
