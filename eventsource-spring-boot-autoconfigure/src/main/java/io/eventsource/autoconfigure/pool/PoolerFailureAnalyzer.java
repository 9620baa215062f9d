package io.eventsource.autoconfigure.pool;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says what to set when a pooler stands before the database. */
@Order(-1)
final class PoolerFailureAnalyzer extends AbstractFailureAnalyzer<PoolerMismatchException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, PoolerMismatchException cause) {
        return new FailureAnalysis(cause.getMessage(), action(cause.reason()), cause);
    }

    private static String action(PoolerMismatchException.Reason reason) {
        return switch (reason) {
            case SESSIONS_SHARED ->
                "Set eventsource.pool.pooler=transaction, or transaction-prepared where the pooler keeps prepared statements (PgBouncer 1.21 or later with max_prepared_statements above 0); see docs/operations.md, \"Behind a pooler\". Or have the pooler use pool_mode = session for this database.";
            case STATEMENTS_NAMED ->
                "Set spring.datasource.hikari.data-source-properties.prepareThreshold=0, or add prepareThreshold=0 to the JDBC URL. Where the pooler keeps prepared statements (PgBouncer 1.21 or later with max_prepared_statements above 0) set eventsource.pool.pooler=transaction-prepared instead.";
            case NO_TRANSACTIONS ->
                "Use pool_mode = transaction or session for this database in the pooler, or connect to the server itself.";
            case ISOLATION ->
                "Set default_transaction_isolation to 'read committed' for the role and the database (ALTER ROLE … RESET default_transaction_isolation), and begin transactions that need another level with SET TRANSACTION ISOLATION LEVEL.";
        };
    }
}
