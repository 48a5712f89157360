import fs from "node:fs";
import path from "node:path";
import { definition } from "../../providers/fly/definition";
import { flyPackage } from "../../providers/fly/schema";
import { SetupError } from "../setup/errors";
import { DescribedProvider, providerExamples, renderProvider } from "./providerPage";

/** Providers that are described by a schema. A further one is an entry here. */
const PROVIDERS: readonly DescribedProvider[] = [
    {
        schema: flyPackage,
        source: "providers/fly/schema.ts",
        importable: new Set(
            definition.kinds.filter((kind) => kind.import !== undefined).map(({ token }) => token),
        ),
    },
];

/** Every provider's page by its file's name. */
export function providerPages(root: string): Map<string, string> {
    const files = PROVIDERS.flatMap(({ schema }) => providerExamples(schema));
    const missing = files.filter((file) => !fs.existsSync(path.join(root, file)));
    if (missing.length > 0) {
        throw new SetupError(
            `Without an example: ${missing.join(", ")}.`,
            "Write a short program for each; it becomes a part of the page.",
        );
    }
    const examples = new Map(files.map((file) => [file, fs.readFileSync(path.join(root, file), "utf8")]));
    return new Map(PROVIDERS.map((each) => [`${each.schema.name}.md`, renderProvider(each, examples)]));
}
