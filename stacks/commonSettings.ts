import { SystemSettings } from "./systemSettings";

/** What every composition needs to know. */
export interface CommonSettings {
    readonly stack: string;
    /** Start of every name on an engine, and of what belongs to the stack elsewhere. */
    readonly prefix: string;
    /** Whether what holds data or cannot be had again refuses to be deleted. */
    readonly protect: boolean;
    readonly systems: readonly SystemSettings[];
}
