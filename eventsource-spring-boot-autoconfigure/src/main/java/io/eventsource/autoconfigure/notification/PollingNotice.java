package io.eventsource.autoconfigure.notification;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/** Says at the start that commits of other instances are found by polling, where notifications were wanted. */
final class PollingNotice implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(PollingNotice.class);

    private final boolean polls;
    private final @Nullable Duration interval;

    PollingNotice(boolean polls, @Nullable Duration interval) {
        this.polls = polls;
        this.interval = interval;
    }

    @Override
    public void afterPropertiesSet() {
        if (polls) {
            log.info(
                    "A pooler shares sessions: events of other instances are found by polling each {}. eventsource.notifications.url gives notifications a way past it",
                    interval);
        }
    }
}
