import { refuse } from "../lib/problems";
import { checkConflicts, Claim, Route } from "../lib/routes";

/** Who has which host and path on a platform. */
export class RouteClaims {
    private readonly claims: Claim[] = [];

    all(): Route[] {
        return this.claims.map(({ host, pathPrefix }) => ({ host, pathPrefix }));
    }

    claim(app: string, routes: readonly Route[]): void {
        const claims = routes.map((route) => ({ ...route, owner: app }));
        // An app's own double is for its own check to tell.
        refuse(
            `App "${app}"`,
            claims.flatMap((claim) => checkConflicts([...this.claims, claim])),
        );
        this.claims.push(...claims);
    }
}
