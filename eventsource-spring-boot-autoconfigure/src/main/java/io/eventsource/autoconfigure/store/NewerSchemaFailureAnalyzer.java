package io.eventsource.autoconfigure.store;

import io.eventsource.schema.SchemaMigrator.NewerSchemaException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.annotation.Order;

/** Says what to do when the tables are newer than the library. */
@Order(-1)
final class NewerSchemaFailureAnalyzer extends AbstractFailureAnalyzer<NewerSchemaException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NewerSchemaException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Deploy the version of the application whose library knows version %d of the tables, or a later one."
                        .formatted(cause.installedVersion()),
                cause);
    }
}
