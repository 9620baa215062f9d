package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Has the store's pool count the connections that it cannot open. */
final class CountedPool implements BeanPostProcessor {

    private final ConfigurableListableBeanFactory beanFactory;

    CountedPool(ConfigurableListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    /** Before the first connection. */
    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof HikariDataSource pool && StoreDataSources.isTheStores(beanFactory, beanName)) {
            PoolOpenings.count(pool);
        }
        return bean;
    }
}
