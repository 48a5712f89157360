import { refuse } from "../../lib/problems";
import { SYSTEMS } from "../../systems";
import { parse } from "../arguments";
import { stackExists, stackName, stackOptions } from "../pulumi";
import { mendForLook } from "../recovery/machine";
import { findApp } from "../rollback/app";
import { checkWayBack, noStack, planRollback, Scene } from "../rollback/plan";
import { release } from "../rollback/release";
import { StackFile } from "../rollback/stackFiles";
import { Environment, setUp } from "../setup";
import { SetupError } from "../setup/errors";
import { readState } from "../state";
import { newestUpdate, readUpdates } from "../updates";
import { run as up } from "./up";

const help = `npm run rollback -- <app>: releases an app's previous image, without a rebuild.

  <app>                <system>-<app> as in the names of its containers, connected-repo-api; or the two as words
  -- -s <stack>        another stack than dev (or BERTH_STACK)
  -- --check <image>   only says whether migrations let the app run that image again; touches nothing

The previous image is the one before the present one among those that came up, as the stack's history of updates has them;
for an image that never came up, the newest that did. It is written into Pulumi.<stack>.yaml, for you to commit. Then all is
as in \`npm run up\`: whatever else has changed in this folder comes up, too. Data stays as it is.`;

/** Finds the previous image, writes it into the stack's file, and runs what `npm run up` runs. */
export async function run(args: string[]): Promise<number> {
    const { values, rest: words } = parse(args, help, { values: ["--check", ...stackOptions], rest: true });
    const option = words.find((word) => word.startsWith("-"));
    if (option !== undefined) {
        throw new SetupError(`There is no option "${option}".`, "See what there is with --help.");
    }
    const stack = stackName(values);
    const environment = await setUp({ quiet: true });
    const { app: at, problems } = findApp(words, SYSTEMS);
    mendForLook(stack, (text) => process.stderr.write(`${text}\n`));
    const recorded = await readRecorded(environment, stack);
    const missing = recorded === undefined ? [noStack(stack)] : [];
    if (at === undefined) {
        refuse("The rollback", [...problems, ...missing]);
        return 2;
    }
    const file = new StackFile(stack);
    const scene: Scene = {
        stack,
        at,
        file: file.name,
        text: file.read(),
        writable: file.isWritable(),
        recorded,
    };
    const image = values.get("--check");
    if (image !== undefined) {
        refuse("The way back", checkWayBack(scene, image));
        process.stdout.write(`No migration keeps ${at.system} ${at.app} in ${stack} from ${image}.\n`);
        return 0;
    }
    const { plan, problems: inTheWay } = planRollback(scene);
    refuse("The rollback", inTheWay);
    return plan === undefined
        ? 2
        : release(
              { stack, at, plan },
              {
                  file,
                  up: () => up(["--stack", stack]),
                  newestUpdate: () => newestUpdate(environment, stack),
                  say: (text) => process.stdout.write(`${text}\n`),
              },
          );
}

/** What the stack's history and state tell; undefined where there is no such stack. */
async function readRecorded(environment: Environment, stack: string): Promise<Scene["recorded"]> {
    return (await stackExists(environment, stack))
        ? {
              updates: await readUpdates(environment, stack),
              resources: await readState(environment, stack),
          }
        : undefined;
}
