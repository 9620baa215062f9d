package io.eventsource.autoconfigure.outbox;

import io.eventsource.outbox.OutboxRows;
import org.springframework.beans.factory.InitializingBean;

/** Says which events get rows before appends write them. */
final class OutboxRowsInitializer implements InitializingBean {

    private final OutboxRows rows;
    private final OutboxHandlers handlers;

    OutboxRowsInitializer(OutboxRows rows, OutboxHandlers handlers) {
        this.rows = rows;
        this.handlers = handlers;
    }

    @Override
    public void afterPropertiesSet() {
        handlers.destinations().forEach(each -> rows.register(each.name(), handlers.storedNames(each)));
        if (!handlers.destinations().isEmpty()) {
            rows.switchOn();
        }
    }
}
