import fs from "node:fs";
import path from "node:path";
import { Problem, refuse } from "../../lib/problems";
import { SetupError } from "../setup/errors";
import { GitHub } from "./github";
import { imageHistory, previousImage, RELEASE_MARK, testedBy } from "./history";
import { checkImage, readRequest, ReleaseRequest } from "./request";
import { imageAt, settingOf, withImage } from "./stackFile";

/** Where a release happens. */
export interface Scene {
    /** Work tree of the branch. */
    readonly root: string;
    readonly github: GitHub;
    /** STACK, SYSTEM, APP, IMAGE and GitHub's own variables. */
    readonly env: NodeJS.ProcessEnv;
}

/** What came of it. */
export interface Outcome {
    /** For people. */
    readonly text: string;
    /** For the steps that follow. */
    readonly outputs: Readonly<Record<string, string>>;
}

/** How often a branch that others write to, too, is tried. */
const TRIES = 5;

/** Checks a release, or finds the image that a rollback goes back to. Output `image` is empty where there is nothing to do. */
export async function check(scene: Scene): Promise<Outcome> {
    const { request, image, present } = await checked(scene);
    const setting = `${settingOf(request)} in ${request.stack}`;
    return image === present
        ? {
              text: `${setting} is ${image} already; to bring it up again, run Deploy.`,
              outputs: { image: "" },
          }
        : { text: `${setting}: from ${present} to ${image}`, outputs: { image } };
}

/** Commits the image on the stack's branch, and writes it into the work tree. Output `previous` is empty where it was there. */
export async function write(scene: Scene): Promise<Outcome> {
    const { request, image, present } = await checked(scene);
    if (image === present) {
        return { text: `${settingOf(request)} is ${image} already.`, outputs: { previous: "" } };
    }
    const written = await commit(scene, request, { from: present, to: image });
    if (!written) {
        throw new SetupError(
            `${settingOf(request)} is no longer ${present} on ${request.branch}.`,
            "Somebody was faster: look at the branch, then run the workflow again.",
        );
    }
    writeHere(scene, request, image);
    return { text: `${request.branch} has ${image} now.`, outputs: { previous: present } };
}

/** Takes a release back: in the work tree in any case, on the branch unless somebody has set a third image since. */
export async function putBack(scene: Scene): Promise<Outcome> {
    const { request, problems } = readRequest(scene.env);
    refuse("What to put back", problems);
    const { IMAGE: image = "", PREVIOUS: previous = "" } = scene.env;
    writeHere(scene, request, previous);
    const written = await commit(scene, request, { from: image, to: previous });
    const text = written
        ? `${request.branch} has ${previous} again.`
        : `${request.branch} has another image by now, which stays.`;
    return { text, outputs: {} };
}

async function checked({ root, github, env }: Scene) {
    const { request, problems } = readRequest(env);
    refuse("The release", problems);
    const present = imageAt(fs.readFileSync(path.join(root, request.file), "utf8"), request);
    const history = imageHistory(root, request.file, request);
    const image = env.ROLLBACK === "true" ? (previousImage(history) ?? "") : (env.IMAGE ?? "");
    const none: Problem = {
        path: "app",
        message: `the history of ${request.file} has no other image of ${settingOf(request)}`,
        fix: "Name one: run Release.",
    };
    refuse("The release", [
        ...(env.ROLLBACK === "true" && image === ""
            ? [none]
            : checkImage(request, image, { present, history })),
        ...(image === present ? [] : await checkTested(request, root, github)),
    ]);
    return { request, image, present: present ?? "" };
}

async function checkTested(
    { branch, file }: ReleaseRequest,
    root: string,
    github: GitHub,
): Promise<Problem[]> {
    const commit = testedBy(root, file);
    if (commit !== undefined && (await github.testsPassed(commit))) {
        return [];
    }
    const message = `the newest commit of ${branch} has not passed the tests: it would come up together with the image`;
    return [{ path: "branch", message, fix: "Wait for its run of Deploy, then run this again." }];
}

/** False when the file has another image by now than the one to be changed. */
async function commit(
    { github }: Scene,
    request: ReleaseRequest,
    { from, to }: { from: string; to: string },
): Promise<boolean> {
    const { file, branch } = request;
    const message = [
        `Set ${request.system} ${request.app} in ${request.stack} to ${to}`,
        "",
        `It was ${from}.`,
        "",
        `${RELEASE_MARK}${settingOf(request)}`,
    ].join("\n");
    for (let tried = 0; tried < TRIES; tried += 1) {
        const remote = await github.readFile(file, branch);
        if (imageAt(remote.text, request) !== from) {
            return false;
        }
        const text = withImage(remote.text, request, to);
        if (await github.writeFile(file, branch, { text, sha: remote.sha, message })) {
            return true;
        }
    }
    throw new SetupError(
        `The branch ${branch} changed under each of ${TRIES} tries.`,
        "Run the workflow again.",
    );
}

function writeHere({ root }: Scene, request: ReleaseRequest, image: string): void {
    const file = path.join(root, request.file);
    fs.writeFileSync(file, withImage(fs.readFileSync(file, "utf8"), request, image));
}
