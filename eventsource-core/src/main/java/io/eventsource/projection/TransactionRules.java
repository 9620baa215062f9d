package io.eventsource.projection;

import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.interceptor.DefaultTransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.util.StringUtils;

/**
 * Which transactions may be declared at a handler: those that take part in the one of the batch, and ask for nothing that only the beginning of a
 * transaction could give.
 *
 * @param joins whether the handler has to take part in the transaction of the batch
 * @param managed whether there is a transaction around the handler
 */
record TransactionRules(boolean joins, boolean managed) {

    private static final String OUTSIDE =
            ", so that its effects and the checkpoint would not commit together. Use REQUIRED, or declare the projection's delivery as at least once";

    /** What is wrong with it, as the end of a sentence; null when it may be so. */
    @Nullable String problem(@Nullable TransactionAttribute attribute) {
        if (attribute == null) {
            return null;
        }
        String propagation = propagation(attribute.getPropagationBehavior());
        if (propagation != null) {
            return propagation;
        }
        return joins ? ignored(attribute) : null;
    }

    private @Nullable String propagation(int behaviour) {
        return switch (behaviour) {
            case TransactionDefinition.PROPAGATION_REQUIRES_NEW ->
                joins
                        ? "with the propagation REQUIRES_NEW: it runs in another transaction than its batch" + OUTSIDE
                        : null;
            case TransactionDefinition.PROPAGATION_NOT_SUPPORTED ->
                joins
                        ? "with the propagation NOT_SUPPORTED: it runs outside of the batch's transaction" + OUTSIDE
                        : null;
            case TransactionDefinition.PROPAGATION_NEVER ->
                managed ? "with the propagation NEVER: it fails in the transaction of its batch. Use REQUIRED" : null;
            case TransactionDefinition.PROPAGATION_MANDATORY ->
                managed
                        ? null
                        : "with the propagation MANDATORY, but there is no transaction around it. Name one in @Projection(transactionManager = …), or use REQUIRED";
            default -> null;
        };
    }

    /** Spring applies these when it begins a transaction, and says nothing when it joins one. */
    private static @Nullable String ignored(TransactionAttribute attribute) {
        String what = null;
        if (attribute.getIsolationLevel() != TransactionDefinition.ISOLATION_DEFAULT) {
            what = "an isolation level";
        } else if (attribute.getTimeout() != TransactionDefinition.TIMEOUT_DEFAULT
                || (attribute instanceof DefaultTransactionAttribute text
                        && StringUtils.hasText(text.getTimeoutString()))) {
            what = "a timeout";
        } else if (attribute.isReadOnly()) {
            what = "read-only";
        }
        return what == null
                ? null
                : "that asks for %s: it joins the transaction of its batch, where that has no effect. Remove it; how long handling may take is the subscription's batch.timeout"
                        .formatted(what);
    }
}
