import fs from "node:fs";
import path from "node:path";
import { parse } from "../arguments";
import { draw } from "../picture/draw";
import { modelOf } from "../picture/model";
import { recordDevStack } from "../picture/record";
import { projectRoot } from "../setup/paths";

const help = `npm run picture: draws docs/dev-stack.svg from what the program of the stack dev registers. Needs no running stack.`;

/** Where the picture lies: checked in, and held against the program by a test. */
export const pictureFile = path.join(projectRoot, "docs/dev-stack.svg");

/** Draws the picture and writes it, whole or not at all. */
export async function run(args: string[]): Promise<number> {
    parse(args, help);
    const svg = draw(modelOf(await recordDevStack()));
    const temporary = `${pictureFile}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, svg);
    fs.renameSync(temporary, pictureFile);
    process.stdout.write(`Drawn: ${path.relative(process.cwd(), pictureFile)}\n`);
    return 0;
}
