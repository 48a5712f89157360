import Docker from "dockerode";
import { failWhenItDies, inFull, NotReady } from "./alive";
import { Asking, Question } from "./asking";
import { isNotFound } from "./connect";
import { exec } from "./exec";
import { procAddress } from "./procNet";

/** Containers that give way to others, behind one router. */
export interface Drain {
    /** Container of the router. */
    readonly router: string;
    /** Base URLs of those that give way, `http://container:port`. */
    readonly leaving: readonly string[];
    /** How those are asked that take over. */
    readonly taking: readonly Question[];
    /** How long what is in flight may take, in seconds. */
    readonly seconds: number;
}

/**
 * For how long nothing may be in flight. Longer than the router keeps an idle connection, and than its rate limit may hold
 * up a request that it has already given to the old containers.
 */
const QUIET_SECONDS = 1;

/** Bad answers in a row after which a new container counts as red: one may be a hiccup under load. */
const RED = 3;

/**
 * Looks at the connections of the router's own network namespace until none leads to the old containers, or the time is
 * over, and prints how many are left. In one go in the container: a look from outside each time would cost several requests.
 */
const WAIT = `
now() { read -r up _ < /proc/uptime; echo "\${up%.*}\${up#*.}"; }
open() { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -Ec " ($ADDRESSES) 0[12] "; }
start=$(now)
quiet=$start
until [ $(($(now) - start)) -ge $((SECONDS_MAX * 100)) ]; do
    sleep 0.1
    if [ "$(open)" -gt 0 ]; then quiet=$(now); fi
    if [ $(($(now) - quiet)) -ge $((QUIET_SECONDS * 100)) ]; then echo 0; exit 0; fi
done
open
exit 0
`;

/** How long one go takes at the most, in seconds: it ends by itself, also when whoever waits for it is gone. */
const SLICE_SECONDS = 5;

/**
 * Waits until what is in flight has come to its end, and says how many connections were still open when the time was over:
 * websockets, mostly. Fails as soon as one of the containers that take over exits or turns red. At the end each of them has
 * to answer once more: while one does not, the old ones are not let go.
 */
export async function drain(
    docker: Docker,
    { router, leaving, taking, seconds }: Drain,
    cancelled: AbortSignal,
): Promise<number> {
    const addresses = (await Promise.all(leaving.map((url) => addressesOf(docker, url)))).flat();
    if (addresses.length === 0) {
        return 0;
    }
    const over = new AbortController();
    const stop = AbortSignal.any([cancelled, over.signal]);
    try {
        return await Promise.race([
            untilQuiet(docker, router, addresses, seconds, stop).then(async (open) => {
                await Promise.all(taking.map((question) => answersOnceMore(docker, question, stop)));
                return open;
            }),
            ...taking.map((question) => failWhenItTurnsRed(docker, question, stop)),
        ]);
    } catch (error) {
        cancelled.throwIfAborted();
        throw error;
    } finally {
        over.abort();
    }
}

async function untilQuiet(
    docker: Docker,
    router: string,
    addresses: readonly string[],
    seconds: number,
    signal: AbortSignal,
): Promise<number> {
    let open = seconds === 0 ? 0 : addresses.length;
    for (let left = seconds; left > 0 && open > 0; left -= SLICE_SECONDS) {
        const { exitCode, output } = await exec(docker, router, ["sh", "-c", WAIT], {
            signal,
            env: {
                ADDRESSES: addresses.join("|"),
                SECONDS_MAX: String(Math.min(left, SLICE_SECONDS)),
                QUIET_SECONDS: String(QUIET_SECONDS),
            },
        });
        open = Number(output);
        if (exitCode !== 0 || Number.isNaN(open)) {
            throw new Error(`the router's connections can't be told: ${output.trim()}`);
        }
    }
    return open;
}

async function answersOnceMore(docker: Docker, question: Question, stop: AbortSignal): Promise<void> {
    await toldInFull(docker, question, new Asking(docker, question, stop).untilSteady(0));
}

async function failWhenItTurnsRed(docker: Docker, question: Question, stop: AbortSignal): Promise<never> {
    const asking = new Asking(docker, question, stop);
    const red = asking.untilRed(RED).then(() => {
        throw new NotReady(`stopped answering soon after it was ready${asking.because}`);
    });
    const dead = failWhenItDies(docker, question.container, stop);
    return await toldInFull(docker, question, Promise.race([dead, red]));
}

/** A failure with all that is to be told of its container. */
async function toldInFull<T>(docker: Docker, { container }: Question, doing: Promise<T>): Promise<T> {
    try {
        return await doing;
    } catch (error) {
        throw await inFull(docker, container, error);
    }
}

/** Where a server listens, as the kernel writes it. Nothing for one that does not run: nothing is in flight there. */
async function addressesOf(docker: Docker, url: string): Promise<string[]> {
    const { hostname, port } = new URL(url);
    try {
        const { State, NetworkSettings } = await docker.getContainer(hostname).inspect();
        return State.Running
            ? Object.values(NetworkSettings.Networks)
                  .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
                  .filter((address) => address !== "")
                  .map((address) => procAddress(address, Number(port)))
            : [];
    } catch (error) {
        if (isNotFound(error)) {
            return [];
        }
        throw error;
    }
}
