package io.eventsource.autoconfigure.pool;

import io.eventsource.jdbc.EventSourceDataSource;
import java.util.Arrays;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** Tells by definitions which data source has the events, before there is any. */
final class StoreDataSources {

    private StoreDataSources() {}

    /** The names of those that are marked. */
    static List<String> marked(ConfigurableListableBeanFactory beanFactory) {
        return names(beanFactory).stream()
                .filter(name -> beanFactory.findAnnotationOnBean(name, EventSourceDataSource.class, false) != null)
                .toList();
    }

    /** Whether the bean of this name has the events. */
    static boolean isTheStores(ConfigurableListableBeanFactory beanFactory, String beanName) {
        List<String> marked = marked(beanFactory);
        if (!marked.isEmpty()) {
            return marked.contains(beanName);
        }
        List<String> all = names(beanFactory);
        return all.size() == 1 ? all.contains(beanName) : isPrimary(beanFactory, beanName);
    }

    static boolean isPrimary(ConfigurableListableBeanFactory beanFactory, String beanName) {
        return beanFactory.containsBeanDefinition(beanName)
                && beanFactory.getMergedBeanDefinition(beanName).isPrimary();
    }

    private static List<String> names(ConfigurableListableBeanFactory beanFactory) {
        return Arrays.asList(beanFactory.getBeanNamesForType(DataSource.class, true, false));
    }
}
