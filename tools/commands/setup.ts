import { prepare } from "../prepare";
import { parse } from "../arguments";

const help = `npm run setup: brings in place everything that Pulumi needs here, and does nothing where all is there.

  -- --verify    read every cached file whole, instead of trusting its size and time

Environment variables:
  BERTH_WORLD=online|air-gapped   which world this is, instead of finding out
  BERTH_CACHE=<folder>            where set-up keeps what it makes (default: ~/.cache/berth)
  BERTH_REGISTRY_PORT=<port>      the image registry's port on loopback, air-gapped (default: 5055)
  DOCKER_HOST                     the Docker engine to use`;

/** Runs the set-up by itself. */
export async function run(args: string[]): Promise<number> {
    const { flags } = parse(args, help, { flags: ["--verify"] });
    await prepare({ verify: flags.has("--verify") });
    process.stderr.write('Plain Pulumi commands need these variables in a shell: eval "$(npm run -s env)"\n');
    return 0;
}
