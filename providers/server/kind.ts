import Docker from "dockerode";
import { Problem } from "../../lib/problems";
import { SshResult } from "../engine/ssh";
import { Properties } from "./properties";

/** What a resource's operations may use. */
export interface Context {
    /** Throws while the engine's address is not known. */
    readonly docker: Docker;
    /** Runs a shell command on the engine's host. Throws where the engine is not reached over SSH. */
    readonly ssh: (command: string, signal: AbortSignal) => Promise<SshResult>;
    /** Aborted when the user cancels the update. */
    readonly signal: AbortSignal;
    /** Shows a line beside the resource while the operation lasts. */
    readonly status: (message: string) => void;
}

/** A resource that exists: where it is found again, and what was learned in making it. */
export interface Made<Outputs> {
    readonly id: string;
    readonly outputs: Outputs;
}

/**
 * One kind of resource. Its state is its inputs and its outputs together. The server around it does what is the same
 * for all: secrets, unknowns, previews, and the diff, which compares inputs by value.
 */
export interface Kind<Inputs, Outputs> {
    /** Type token: `berth:index:Ready`. */
    readonly token: string;
    /** Names of the outputs, unknown until the resource is made. */
    readonly outputs: readonly (keyof Outputs & string)[];
    /** Inputs whose change makes a new resource; any other change updates. */
    readonly replaceOn?: readonly (keyof Inputs & string)[];
    /** Outputs that are secret whatever they were made from. */
    readonly secretOutputs?: readonly string[];
    /** All that is wrong with the inputs. Pure; values may still be unknown. */
    check(inputs: Properties): Problem[];
    create(inputs: Inputs, context: Context): Promise<Made<Outputs>>;
    /** Required when a change of any input may update. */
    update?(id: string, inputs: Inputs, context: Context): Promise<Outputs>;
    /** The state as it really is, or undefined when the resource is gone. @default as recorded */
    read?(id: string, state: Inputs & Outputs, context: Context): Promise<(Inputs & Outputs) | undefined>;
    /** Idempotent: what is gone is gone. @default nothing to do */
    delete?(id: string, state: Inputs & Outputs, context: Context): Promise<void>;
}

/** A kind as the server handles it, whatever its inputs are. */
export type AnyKind = Kind<Properties, Properties>;

/**
 * Hands a kind to the server. This is the one place where properties from the wire become typed inputs: `check` has
 * seen them before any operation does.
 */
export function defineKind<Inputs, Outputs>(kind: Kind<Inputs, Outputs>): AnyKind {
    return kind as unknown as AnyKind;
}
