import { Problem, refuse } from "../../lib/problems";
import { Field, Fields, ResourceSchema } from "../schema/fields";
import { describedKind } from "../schema/kind";
import { checkFields } from "../schema/check";
import { AnyKind, Context } from "../server/kind";
import { Properties, UNKNOWN } from "../server/properties";
import { Connected } from "../server/server";
import { FlyApi } from "./client/api";

/** What resources on Fly use. */
export interface FlyServices {
    /** Throws while the token is not known. */
    readonly fly: FlyApi;
}

export type FlyContext = Context<FlyServices>;

const DEFAULT_URL = "https://api.machines.dev";

/** The provider's own settings. */
export const CONFIG: Fields = {
    token: {
        type: "string",
        description:
            "Token that may change the organization's apps: `fly tokens create org` makes one. The variable `FLY_API_TOKEN` when it is left out.",
        optional: true,
        secret: true,
    },
    baseUrl: {
        type: "string",
        description: `Where the Machines API is. The variable \`FLY_API_URL\`, else ${DEFAULT_URL}.`,
        optional: true,
        pattern: { form: /^https?:\/\/[^/]+$/, description: "an HTTP URL without a path" },
    },
};

const VERSION: Field = { type: "string", description: "Version of the provider.", optional: true };

type Environment = Readonly<Record<string, string | undefined>>;

/** All that is wrong with the provider's settings; the engine sends its version along. */
export function checkFlyConfig(config: Properties): Problem[] {
    return checkFields({ ...CONFIG, version: VERSION }, config);
}

/** Reaches Fly's API. Without a token, or before it is known, only what asks for it fails: a preview needs none. */
export function connectFly(
    config: Properties,
    environment: Environment = process.env,
): Connected<FlyServices> {
    const token = textOf(config.token) ?? textOf(environment.FLY_API_TOKEN);
    const baseUrl = textOf(config.baseUrl) ?? textOf(environment.FLY_API_URL) ?? DEFAULT_URL;
    // What stands in a variable was seen by no check.
    refuse("how Fly is reached", checkFields(CONFIG, { baseUrl }));
    const reached = [token, baseUrl].includes(UNKNOWN)
        ? "how Fly is reached is not known yet: the provider's token or address comes from a resource that is not there"
        : token === undefined
          ? "there is no token for Fly: set FLY_API_TOKEN, or `pulumi config set --secret fly:token`"
          : new FlyApi({ token: bareToken(token), baseUrl });
    return {
        context: (call) => ({
            ...call,
            get fly() {
                if (typeof reached === "string") {
                    throw new Error(reached);
                }
                return reached;
            },
        }),
        close: () => undefined,
    };
}

/** A kind of resource on Fly. */
export function defineFlyKind<Inputs, Outputs>(
    schema: ResourceSchema,
    operations: Parameters<typeof describedKind<Inputs, Outputs, FlyServices>>[1],
): AnyKind<FlyServices> {
    return describedKind<Inputs, Outputs, FlyServices>(schema, operations);
}

/** `fly tokens create` prints its tokens with the scheme before them. */
function bareToken(token: string): string {
    return token.replace(/^(FlyV1|Bearer) +/, "").trim();
}

function textOf(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}
