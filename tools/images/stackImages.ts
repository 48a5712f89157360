import fs from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { checkPinned } from "../../lib/images";
import { Problem } from "../../lib/problems";
import { SetupError } from "../setup/errors";
import { projectRoot } from "../setup/paths";

/** An image that a stack sets for one of its apps. */
export interface StackImage {
    /** Where it is set: `partyquiz:images.web`. */
    readonly path: string;
    readonly reference: string;
    readonly problems: readonly Problem[];
}

/** The images in a stack's file, `<system>:images`, each with what is wrong with it. */
export function stackImages(stack: string, root: string = projectRoot): StackImage[] {
    const file = path.join(root, `Pulumi.${stack}.yaml`);
    if (!fs.existsSync(file)) {
        throw new SetupError(
            `There is no ${path.basename(file)}.`,
            "Name a stack that has a file: npm run images -- check -s prod",
        );
    }
    const { config } = (parse(fs.readFileSync(file, "utf8")) ?? {}) as { config?: unknown };
    return entriesOf(config)
        .filter(([key]) => key.endsWith(":images"))
        .flatMap(([key, images]) =>
            entriesOf(images).map(([app, reference]) => check(stack, `${key}.${app}`, reference)),
        );
}

function check(stack: string, at: string, value: unknown): StackImage {
    const fix = `npx pulumi config set --stack ${stack} --path '${at}' REFERENCE`;
    if (typeof value !== "string") {
        const message = "is no text: a reference of an image stands there, which is no secret";
        return { path: at, reference: "–", problems: [{ path: at, message, fix }] };
    }
    const problems = checkPinned(at, value).map((problem) => ({
        ...problem,
        fix: `${problem.fix ?? ""}\n      ${fix}`,
    }));
    return { path: at, reference: value, problems };
}

function entriesOf(value: unknown): [string, unknown][] {
    return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
