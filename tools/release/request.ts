import { parseReference, sameRepository } from "../../lib/imageReference";
import { checkPinned } from "../../lib/images";
import { checkOneOf, Problem } from "../../lib/problems";
import { SYSTEMS } from "../../systems";
import { AppName, settingOf } from "./stackFile";

/** Stacks that are deployed from GitHub, each from its branch: as `deploy.yml` has it. */
export const BRANCHES: Readonly<Record<string, string>> = { staging: "dev", prod: "main" };

/** What a release is of. */
export interface ReleaseRequest extends AppName {
    readonly stack: string;
    readonly branch: string;
    /** The stack's file, below the project's root. */
    readonly file: string;
}

/** Takes what somebody outside has asked for, and says everything that is wrong with it. */
export function readRequest(env: NodeJS.ProcessEnv): { request: ReleaseRequest; problems: Problem[] } {
    const { STACK: stack = "", SYSTEM: system = "", APP: app = "", GITHUB_REF: ref = "" } = env;
    const branch = Object.hasOwn(BRANCHES, stack) ? (BRANCHES[stack] ?? "") : "";
    const apps = SYSTEMS.find(({ name }) => name === system)?.apps;
    const names = SYSTEMS.map(({ name }) => name);
    const problems = [
        ...checkOneOf("stack", stack, Object.keys(BRANCHES)),
        ...checkOneOf("system", system, names),
        ...(apps === undefined ? [] : checkOneOf("app", app, Object.keys(apps))),
        ...(branch === "" ? [] : checkBranch(stack, branch, ref)),
    ];
    return { request: { stack, system, app, branch, file: `Pulumi.${stack}.yaml` }, problems };
}

function checkBranch(stack: string, branch: string, ref: string): Problem[] {
    if (ref === `refs/heads/${branch}`) {
        return [];
    }
    const message = `"${ref}" is not where the stack ${stack} is deployed from: refs/heads/${branch}`;
    return [
        { path: "branch", message, fix: `Choose the branch ${branch}; gh workflow run has --ref ${branch}` },
    ];
}

/**
 * Checks an image against those that stand, and have stood, in the stack's file. Whoever may start a release from another
 * repository moves an app from one of its images to another; where its images come from is decided here, by pull request.
 */
export function checkImage(
    request: ReleaseRequest,
    image: string,
    { present, history }: { present: string | undefined; history: readonly string[] },
): Problem[] {
    const setting = settingOf(request);
    if (present === undefined) {
        const message = `${request.file} sets no image at ${setting}: there is none to release another in place of`;
        return [{ path: "app", message, fix: "Set the first one by a pull request." }];
    }
    const pinned = checkPinned("image", image);
    const wanted = parseReference(image);
    const named = parseReference(present);
    if (pinned.length > 0 || wanted === undefined || history.includes(image)) {
        return pinned;
    }
    if (named !== undefined && sameRepository(named, wanted)) {
        return [];
    }
    const name = named === undefined ? present : `${named.registry}/${named.repository}`;
    return [
        {
            path: "image",
            message: `"${image}" is an image of another name than the app's, ${name}`,
            fix: `If it is meant: set ${setting} in ${request.file} by a pull request.`,
        },
    ];
}
