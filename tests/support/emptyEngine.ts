import Docker from "dockerode";

/** Image that the engine knows. */
export const KNOWN_IMAGE = "known:1";

/**
 * An engine without containers: it takes networks and volumes, knows one image and pulls none. Enough for all of a
 * simulated Fly that needs no machine to run.
 */
export function emptyEngine(): Docker {
    const nothing = (): Promise<void> => Promise.resolve();
    const missing = () => Promise.reject(Object.assign(new Error("no such image"), { statusCode: 404 }));
    const engine = {
        listContainers: () => Promise.resolve([]),
        listVolumes: () => Promise.resolve({ Volumes: [] }),
        listNetworks: () => Promise.resolve([]),
        info: () => Promise.resolve({ NCPU: 2 }),
        createNetwork: () =>
            Promise.resolve({
                inspect: () =>
                    Promise.resolve({ IPAM: { Config: [{ Subnet: "192.0.2.0/24", Gateway: "192.0.2.1" }] } }),
                remove: nothing,
            }),
        createVolume: nothing,
        getVolume: () => ({ remove: nothing }),
        getContainer: () => ({ remove: nothing }),
        getImage: (name: string) => ({
            inspect: () =>
                name === KNOWN_IMAGE
                    ? Promise.resolve({ Id: "sha256:abc", RepoDigests: [], Config: {} })
                    : missing(),
        }),
        pull: missing,
    };
    return engine as unknown as Docker;
}
