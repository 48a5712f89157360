import { Problem } from "../../lib/problems";
import { Context } from "./kind";
import { Properties } from "./properties";

/** A question that a program asks a provider, and that changes nothing: Pulumi calls it a function, or a data source. */
export interface ProviderFunction<Args, Results, Services> {
    /** Type token: `cloudflare:index/getZone:getZone`. */
    readonly token: string;
    /** Results that are secret whatever they were asked with. */
    readonly secretResults?: readonly string[];
    /** All that is wrong with the arguments. Pure. The engine asks only when all of them are known. */
    check(args: Properties): Problem[];
    /** Asked in previews, too. It is about no resource: the context's `urn` is empty. */
    call(args: Args, context: Context<Services>): Promise<Results>;
}

/** A function as the server handles it, whatever its arguments are. */
export type AnyFunction<Services> = ProviderFunction<Properties, Properties, Services>;

/** Hands a function to the server, as `defineKind` does with a kind. */
export function defineFunction<Args, Results, Services>(
    definition: ProviderFunction<Args, Results, Services>,
): AnyFunction<Services> {
    return definition as unknown as AnyFunction<Services>;
}
