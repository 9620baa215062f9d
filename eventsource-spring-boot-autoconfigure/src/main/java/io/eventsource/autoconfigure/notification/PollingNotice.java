package io.eventsource.autoconfigure.notification;

import io.eventsource.autoconfigure.subscription.SubscriptionProperties;
import io.eventsource.session.PoolerMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.InitializingBean;

/** Says at the start that commits of other instances are found by polling, where notifications were wanted. */
final class PollingNotice implements InitializingBean {

    private static final Logger log = LoggerFactory.getLogger(PollingNotice.class);

    private final PoolerMode pooler;
    private final SubscriptionProperties properties;

    PollingNotice(PoolerMode pooler, SubscriptionProperties properties) {
        this.pooler = pooler;
        this.properties = properties;
    }

    @Override
    public void afterPropertiesSet() {
        if (pooler.sharesSessions() && properties.directUrl() == null) {
            log.info(
                    "A pooler shares sessions: events of other instances are found by polling each {}. eventsource.subscriptions.direct-url gives notifications a way past it",
                    properties.pollInterval());
        }
    }
}
