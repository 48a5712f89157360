import * as pulumi from "@pulumi/pulumi";

/** A database and its user on a PostgreSQL server that is an app on Fly. */
export interface FlyPostgresDatabaseArgs {
    /** Name of the server's app, which may be another stack's. A change replaces the database; nothing is dropped. */
    app: pulumi.Input<string>;
    /** A change makes a second database; the first one stays. */
    database: pulumi.Input<string>;
    /** Owner of the database. A change makes a second user; the first one stays. */
    user: pulumi.Input<string>;
    /** Password of the user. A change is set on the server at once. Kept secret. */
    password: pulumi.Input<string>;
}

/** A database with a user who owns it. Destroying the resource forgets it and drops nothing. */
export class PostgresDatabase extends pulumi.CustomResource {
    declare readonly database: pulumi.Output<string>;
    declare readonly user: pulumi.Output<string>;
    /** Secret. */
    declare readonly password: pulumi.Output<string>;

    constructor(name: string, args: FlyPostgresDatabaseArgs, opts?: pulumi.CustomResourceOptions) {
        super(
            "fly:index:PostgresDatabase",
            name,
            { ...args, password: pulumi.secret(args.password) },
            pulumi.mergeOptions(opts, { additionalSecretOutputs: ["password"] }),
        );
    }
}
