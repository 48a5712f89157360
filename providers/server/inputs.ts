import { Problem } from "../../lib/problems";
import { Properties } from "./properties";

/** Checks that properties are there and of their type. Values that are not known yet are text and pass for that. */
export function checkTypes(inputs: Properties, types: Readonly<Record<string, Type>>): Problem[] {
    return Object.entries(types).flatMap(([path, type]) => {
        const value = inputs[path];
        if (value === undefined) {
            return type.endsWith("?") ? [] : [{ path, message: "is missing" }];
        }
        const wanted = type.replace("?", "");
        return typeOf(value) === wanted ? [] : [{ path, message: `is ${typeOf(value)}, not ${wanted}` }];
    });
}

/** Types of properties; a question mark says that one may be missing. */
export type Type = `${"string" | "number" | "boolean" | "list" | "object"}${"" | "?"}`;

function typeOf(value: unknown): string {
    return Array.isArray(value) ? "list" : typeof value;
}
