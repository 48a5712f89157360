import { Problem } from "../../lib/problems";
import { Mask } from "./mask";
import { Properties } from "./properties";

/** One operation, as the engine asked for it. */
export interface Call {
    /** Aborted when the user cancels the update, or the operation's custom timeout is over. */
    readonly signal: AbortSignal;
    /** Custom timeout of the operation, in seconds; undefined where the program sets none. */
    readonly timeoutSeconds: number | undefined;
    /** Name of the resource in the whole stack: it stays the same from one run to the next. */
    readonly urn: string;
    /** Shows a line beside the resource while the operation lasts. */
    readonly status: (message: string) => void;
    /** Writes a line about the resource that stays. */
    readonly log: (message: string) => void;
    /** Hides the resource's secrets. What goes to `status`, `log` or into an error is masked anyway; what is cut before, or kept, is not. */
    readonly mask: Mask;
}

/** What a resource's operations may use: what the provider was configured to reach, and the call itself. */
export type Context<Services> = Services & Call;

/** A resource that exists: where it is found again, and what was learned in making it. */
export interface Made<Outputs> {
    readonly id: string;
    readonly outputs: Outputs;
}

/**
 * One kind of resource. Its state is its inputs and its outputs together. The server around it does what is the same
 * for all: secrets, unknowns, previews, and the diff, which compares inputs by value.
 */
export interface Kind<Inputs, Outputs, Services> {
    /** Type token: `berth:index:Ready`. */
    readonly token: string;
    /** Names of the outputs, unknown until the resource is made. */
    readonly outputs: readonly (keyof Outputs & string)[];
    /** Those of them that only a look leaves in the state, for the next update: nobody is promised them. @default none */
    readonly remembered?: readonly (keyof Outputs & string)[];
    /** Inputs whose change makes a new resource, each with the reason why; any other change updates. */
    readonly replaceOn?: Readonly<Partial<Record<keyof Inputs & string, string>>>;
    /** Whether a new resource can't stand beside the old one, which then goes first. @default false */
    readonly deleteBeforeReplace?: boolean;
    /** Outputs that are secret whatever they were made from. */
    readonly secretOutputs?: readonly string[];
    /** Fills in what the program left out. Pure. @default the inputs as they came */
    defaults?(inputs: Properties, urn: string): Properties;
    /** All that is wrong with the inputs. Pure; values may still be unknown. `before` are those of the last update. */
    check(inputs: Properties, before?: Properties): Problem[];
    /** Throws `HalfMade` where a failure leaves what the next update has to know of. */
    create(inputs: Inputs, context: Context<Services>): Promise<Made<Outputs>>;
    /** Required when a change of any input may update. Throws `HalfMade` as `create` does. */
    update?(
        id: string,
        inputs: Inputs,
        context: Context<Services>,
        before: Inputs & Outputs,
    ): Promise<Outputs>;
    /** The state as it really is, or undefined when the resource is gone. @default as recorded */
    read?(
        id: string,
        state: Inputs & Outputs,
        context: Context<Services>,
    ): Promise<(Inputs & Outputs) | undefined>;
    /** The state of a resource that is known by its id alone. @default it can't be imported */
    import?(id: string, context: Context<Services>): Promise<(Inputs & Outputs) | undefined>;
    /** The resource's own id, out of one that an import was asked for with, which may tell where it lies. @default the same */
    idOf?(id: string): string;
    /** Idempotent: what is gone is gone. @default nothing to do */
    delete?(id: string, state: Inputs & Outputs, context: Context<Services>): Promise<void>;
}

/** A kind as the server handles it, whatever its inputs are. */
export type AnyKind<Services> = Kind<Properties, Properties, Services>;

/**
 * Hands a kind to the server. This is the one place where properties from the wire become typed inputs: `check` has
 * seen them before any operation does.
 */
export function defineKind<Inputs, Outputs, Services>(
    kind: Kind<Inputs, Outputs, Services>,
): AnyKind<Services> {
    return kind as unknown as AnyKind<Services>;
}
