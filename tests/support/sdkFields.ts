import fs from "node:fs";
import path from "node:path";

/** What one resource class of an npm SDK sends to its provider, and knows of what comes back. */
export interface SdkResource {
    type: string;
    inputs: string[];
    /** Everything that the class exposes: inputs, and what only the provider fills in. */
    properties: string[];
}

const assignment = /resourceInputs\["(\w+)"\] = (.*);/g;
const typeName = /static __pulumiType = '([^']+)'/;

/** The resource classes of an installed SDK, out of its generated JavaScript, whose form is always the same. */
export function sdkResources(name: string): SdkResource[] {
    const folder = path.dirname(require.resolve(`@pulumi/${name}/package.json`));
    return fs
        .readdirSync(folder)
        .filter((file) => file.endsWith(".js"))
        .map((file) => fs.readFileSync(path.join(folder, file), "utf8"))
        .flatMap((text) => {
            const type = typeName.exec(text)?.[1];
            return type === undefined ? [] : [readClass(type, text)];
        });
}

function readClass(type: string, text: string): SdkResource {
    const inputs = new Set<string>();
    const properties = new Set<string>();
    for (const [, field = "", value = ""] of text.matchAll(assignment)) {
        // An output that nobody can set is `undefined /*out*/`; what `get` looks up is the state.
        const isInput = value.includes("args?.") || value.includes("args.");
        (isInput ? inputs : properties).add(field);
        properties.add(field);
    }
    return { type, inputs: [...inputs].sort(), properties: [...properties].sort() };
}

/** Field names of the objects in an SDK's `types/input.d.ts` or `types/output.d.ts`, by the object's name. */
export function sdkTypes(name: string, direction: "input" | "output"): Map<string, string[]> {
    const folder = path.dirname(require.resolve(`@pulumi/${name}/package.json`));
    const file = path.join(folder, `types/${direction}.d.ts`);
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const types = [...text.matchAll(/^(?: *)export interface (\w+) \{\n([\s\S]*?)^(?: *)\}$/gm)];
    return new Map(
        types.map(([, type = "", body = ""]) => [
            // A function's object comes twice, of plain values and of inputs (`…Args`), with the same fields.
            type.replace(/Args$/, ""),
            [...body.matchAll(/^ {4,8}(\w+)\??: /gm)].map(([, field = ""]) => field).sort(),
        ]),
    );
}
