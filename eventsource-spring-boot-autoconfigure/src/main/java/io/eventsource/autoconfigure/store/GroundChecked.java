package io.eventsource.autoconfigure.store;

import org.springframework.beans.factory.InitializingBean;

/** Depends on whatever makes the tables; what appends depends on this. */
final class GroundChecked implements InitializingBean {

    private final GroundCheck check;

    GroundChecked(GroundCheck check) {
        this.check = check;
    }

    @Override
    public void afterPropertiesSet() {
        check.checkAll();
    }
}
