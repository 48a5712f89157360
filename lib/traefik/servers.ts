import { RouteFile } from "./routeFile";

/**
 * Base URLs of the servers that a route file leads to. Read from the text and not from its meaning, so that a file which is
 * not in order tells them, too.
 */
export function serverUrls(content: string): string[] {
    return [...content.matchAll(/\burl:\s*["']?([a-z0-9]+:\/\/[A-Za-z0-9._:-]+)/g)].map(
        ([, url = ""]) => url,
    );
}

/** Host names of those servers: the names of containers. */
export function serverNames(content: string): string[] {
    return serverUrls(content).map((url) => /^[a-z0-9]+:\/\/([^:]+)/.exec(url)?.[1] ?? "");
}

/** A route file as it was published: what Traefik's API knows it by, and how many routes it has. */
export interface Published {
    readonly file: RouteFile;
    readonly routes: number;
}

/** Reads that from its text; undefined where no service is named in it. */
export function publishedIn(content: string): Published | undefined {
    const service = /^ +service: ["']?([A-Za-z0-9_-]+)["']?$/m.exec(content)?.[1];
    return service === undefined
        ? undefined
        : { file: { content, service }, routes: [...content.matchAll(/^ +rule: /gm)].length };
}
