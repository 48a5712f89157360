import { Problem } from "../lib/problems";
import { checkConflicts } from "../lib/routes";
import { Exposure } from "./environment";
import { SystemSettings } from "./systemSettings";

/** What is right for each system alone and wrong for all of them together: hosts and ports that two of them claim. */
export function checkTogether(
    systems: readonly SystemSettings[],
    { httpPort, sshHost = "" }: { httpPort?: number; sshHost?: string },
): Problem[] {
    const hosts = [
        ...systems.flatMap(({ definition, hosts: own }) =>
            Object.entries(own).map(([role, host]) => ({ owner: `${definition.name}:hosts.${role}`, host })),
        ),
        { owner: "berth:sshHost", host: sshHost },
    ];
    const ports = [
        ...(httpPort === undefined ? [] : [{ owner: "berth:httpPort", port: httpPort }]),
        ...systems.flatMap(({ definition, servers }) =>
            Object.entries(servers).flatMap(([server, { publish }]) =>
                publish === undefined
                    ? []
                    : [{ owner: `${definition.name}:publish.${server}`, port: publish }],
            ),
        ),
    ];
    return [
        ...checkConflicts(hosts.filter(({ host }) => host !== "")),
        ...checkExposures(systems),
        ...checkPorts(ports),
    ];
}

/** A host has one way in: its DNS leads to the server, or to the edge. */
function checkExposures(systems: readonly SystemSettings[]): Problem[] {
    const owners = (exposure: Exposure) =>
        new Map(
            systems
                .filter((system) => system.exposure === exposure)
                .flatMap(({ definition, hosts }) =>
                    Object.values(hosts).map((host) => [host, definition.name] as const),
                ),
        );
    const [open, tunnelled] = [owners("public"), owners("tunnel")];
    return [...tunnelled].flatMap(([host, system]) => {
        const other = open.get(host);
        return host === "" || other === undefined
            ? []
            : [
                  {
                      path: `${system}:exposure`,
                      message: `"${host}" goes through the tunnel here, and is public for ${other}: one host has one way in`,
                  },
              ];
    });
}

function checkPorts(claims: readonly { owner: string; port: number }[]): Problem[] {
    return claims.flatMap(({ owner, port }, index) => {
        const earlier = claims.slice(0, index).find((claim) => claim.port === port);
        return earlier
            ? [{ path: owner, message: `claims port ${port}, which ${earlier.owner} already has` }]
            : [];
    });
}
