import { Problem } from "../lib/problems";
import { checkConflicts } from "../lib/routes";
import { SystemSettings } from "./systemSettings";

/** What is right for each system alone and wrong for all of them together: hosts and ports that two of them claim. */
export function checkTogether(systems: readonly SystemSettings[], httpPort: number): Problem[] {
    const hosts = systems.flatMap(({ definition, hosts: own }) =>
        Object.entries(own).map(([role, host]) => ({ owner: `${definition.name}:hosts.${role}`, host })),
    );
    const ports = [
        { owner: "berth:httpPort", port: httpPort },
        ...systems.flatMap(({ definition, publish }) =>
            Object.entries(publish).map(([server, port]) => ({
                owner: `${definition.name}:publish.${server}`,
                port,
            })),
        ),
    ];
    return [...checkConflicts(hosts.filter(({ host }) => host !== "")), ...checkPorts(ports)];
}

function checkPorts(claims: readonly { owner: string; port: number }[]): Problem[] {
    return claims.flatMap(({ owner, port }, index) => {
        const earlier = claims.slice(0, index).find((claim) => claim.port === port);
        return earlier
            ? [{ path: owner, message: `claims port ${port}, which ${earlier.owner} already has` }]
            : [];
    });
}
