package io.eventsource.ground;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Servers that speak PostgreSQL's protocol and are something else, told by what they answer to {@code version()}. */
final class ServerProducts {

    private static final String NODES =
            "Its nodes hand out positions from sequence caches of their own, and its lock table does not show who is inserting";
    private static final String SEGMENTS =
            "It spreads rows and locks over segments, so that its lock table does not show who is inserting";
    private static final String NO_LOCKS =
            "It has no lock table, sequences or triggers as PostgreSQL has them, by which the high-water mark is concluded";

    /**
     * A product.
     *
     * @param mark what its version contains, in lower case
     */
    record Product(String mark, String name, String why) {}

    private static final List<Product> PRODUCTS = List.of(
            new Product("-yb-", "YugabyteDB", NODES),
            new Product("yugabyte", "YugabyteDB", NODES),
            new Product("cockroach", "CockroachDB", NODES),
            new Product("postgres-xl", "Postgres-XL", NODES),
            new Product("tbase", "TBase", NODES),
            new Product("opengauss", "openGauss", NODES),
            new Product("gaussdb", "GaussDB", NODES),
            new Product("redshift", "Amazon Redshift", NO_LOCKS),
            new Product("greenplum", "Greenplum", SEGMENTS),
            new Product("cloudberry", "Apache Cloudberry", SEGMENTS),
            new Product("yellowbrick", "Yellowbrick", NO_LOCKS),
            new Product("materialize", "Materialize", NO_LOCKS),
            new Product("risingwave", "RisingWave", NO_LOCKS),
            new Product("cratedb", "CrateDB", NO_LOCKS),
            new Product("questdb", "QuestDB", NO_LOCKS),
            new Product("using h2", "H2", NO_LOCKS),
            new Product("spanner", "Spanner", NO_LOCKS),
            new Product("duckdb", "DuckDB", NO_LOCKS));

    private static final Product DSQL = new Product("", "Amazon Aurora DSQL", NODES);

    /**
     * {@code PostgreSQL 15.14 (Debian 15.14-0+deb12u1) on x86_64-pc-linux-gnu, compiled by gcc …, 64-bit} and its like. Who builds it
     * may add a text to the version ({@code --with-extra-version}).
     */
    private static final Pattern GENUINE =
            Pattern.compile("PostgreSQL \\d[^ ,]*(( \\(.*\\)| - .*)?( on |, compiled by )| .*, compiled by ).*");

    private ServerProducts() {}

    /** The product that the server is, or null when it is PostgreSQL as far as its version says. */
    static @Nullable Product of(String version, boolean iamMappings) {
        String lower = version.toLowerCase(Locale.ROOT);
        for (Product product : PRODUCTS) {
            if (lower.contains(product.mark())) {
                return product;
            }
        }
        if (iamMappings) {
            return DSQL;
        }
        return lower.startsWith("postgresql") ? null : new Product("", "no PostgreSQL", NO_LOCKS);
    }

    /** Whether the version reads as those of PostgreSQL do. */
    static boolean genuine(String version) {
        return GENUINE.matcher(version).matches();
    }
}
