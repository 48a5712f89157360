import { FlyPlatform } from "../../components/fly/platform";

// The token comes from FLY_API_TOKEN, or from the stack's `fly:token`.
const platform = new FlyPlatform("fly-platform", {
    organization: "our-team",
    region: "fra",
    // App names are unique across all of Fly: this environment has its own.
    suffix: "-staging",
});

// Each system has its name in front of every other: shop-web-staging, blog-web-staging.
for (const system of ["shop", "blog"]) {
    platform.forSystem(system).app("web", {
        image: `registry.fly.io/${system}-web-staging:1.4.2`,
        port: 3000,
        routes: [{ host: `${system}-web-staging.fly.dev` }],
    });
}

export const publicApps = platform.publicApps().map(({ appName }) => appName);
