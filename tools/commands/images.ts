import { checkLocked } from "../../lib/images";
import { refuse } from "../../lib/problems";
import { Arguments, parse } from "../arguments";
import { imageTable, listImages } from "../images/list";
import { readLock, shown } from "../images/lockFile";
import { namedByProgram } from "../images/named";
import { refuseForeignDigests, sourceOf } from "../images/sources";
import { stackImages } from "../images/stackImages";
import { updateLock } from "../images/update";
import { stackName, stackOptions } from "../pulumi";
import { findEngine, noEngine } from "../setup/docker";
import { SetupError } from "../setup/errors";
import { detectWorld } from "../setup/world";
import { renderTable } from "../table";

const help = `npm run images: shows which image stands for which reference of the program, and what the registries have today.

  -- update [<reference>…]   pins what the lock has and the program names, or only these, to the registries' digests of
                             today; all of them or none
  -- check -s <stack>        lists the images of the stack's own apps, and what of them and of the program is not pinned;
                             exits with 1 when anything is not; asks nobody
  --lock <file>              another lock than images.lock.json (.state/images.lock.json for the air-gapped kit's images)

The Docker engine asks the registries, through its own mirrors and with what \`docker login\` has kept.`;

const actions = { update, check };
type Action = keyof typeof actions;

/** Shows, refreshes or checks what is pinned. */
export async function run(args: string[]): Promise<number> {
    const parsed = parse(args, help, {
        values: ["--lock", ...stackOptions],
        words: Object.keys(actions),
        rest: true,
    });
    const [action, ...more] = parsed.words;
    const option = parsed.rest.find((word) => word.startsWith("-"));
    const surplus = option ?? more[0] ?? (action === "update" ? undefined : parsed.rest[0]);
    if (surplus !== undefined) {
        throw new SetupError(
            `There is no option or word "${surplus}" here.`,
            "See what there is with --help.",
        );
    }
    return action === undefined ? list(parsed) : actions[action as Action](parsed);
}

async function list({ values }: Arguments): Promise<number> {
    const source = sourceOf(await detectWorld(), values.get("--lock"));
    const references = await source.references();
    const engine = await findEngine();
    const images = await listImages(engine?.docker, readLock(source.lockFile), references);
    process.stdout.write(`${shown(source.lockFile)}\n\n${imageTable(images)}\n`);
    return 0;
}

async function update({ values, rest }: Arguments): Promise<number> {
    const world = await detectWorld();
    const source = sourceOf(world, values.get("--lock"));
    refuseForeignDigests(world, source);
    const references = rest.length > 0 ? [...new Set(rest)] : await source.references();
    const engine = await findEngine();
    if (engine === undefined) {
        throw noEngine();
    }
    const changes = await updateLock(engine.docker, source.lockFile, references);
    const lines = changes.map(
        ({ reference, before, after }) => `  ${reference}\n    ${before ?? "–"}\n    → ${after}`,
    );
    const outcome = changes.length === 0 ? "nothing has changed" : `${changes.length} changed`;
    process.stdout.write(
        [`${shown(source.lockFile)}: ${outcome}, ${references.length} asked for`, ...lines, ""].join("\n"),
    );
    return 0;
}

async function check({ values }: Arguments): Promise<number> {
    const stack = stackName(values);
    // What is committed is what is checked, wherever that is done.
    const { lockFile } = sourceOf("online", values.get("--lock"));
    const lock = readLock(lockFile);
    const images = stackImages(stack);
    const unlocked = (await namedByProgram()).flatMap((reference) =>
        checkLocked("the program", lock, reference, shown(lockFile)),
    );
    const rows = images.map(({ path, reference, problems }) => [
        path,
        reference,
        problems.length === 0 ? "✓" : "✗",
    ]);
    const none = `The stack ${stack} sets no image for any app.`;
    process.stdout.write(`${rows.length === 0 ? none : renderTable(["set at", "image", "pinned"], rows)}\n`);
    refuse(`Images of the stack "${stack}"`, [...images.flatMap(({ problems }) => problems), ...unlocked]);
    return 0;
}
