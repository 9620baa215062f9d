package io.eventsource.autoconfigure.pool;

import com.zaxxer.hikari.HikariDataSource;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Whether the store's data source is a HikariCP pool: the one that is marked, or else the only or primary one. */
public final class OnStorePool extends SpringBootCondition implements ConfigurationCondition {

    /** Creates the condition. */
    public OnStorePool() {}

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConfigurableListableBeanFactory beanFactory = Objects.requireNonNull(context.getBeanFactory());
        ConditionMessage.Builder message = ConditionMessage.forCondition("OnStorePool");
        List<String> marked = StoreDataSources.marked(beanFactory);
        if (!marked.isEmpty()) {
            boolean pool = marked.size() == 1 && beanFactory.isTypeMatch(marked.get(0), HikariDataSource.class);
            return new ConditionOutcome(pool, message.because("the marked data sources are " + marked));
        }
        List<String> pools = Arrays.asList(beanFactory.getBeanNamesForType(HikariDataSource.class, true, false));
        boolean one = pools.size() == 1
                || pools.stream()
                                .filter(name -> StoreDataSources.isPrimary(beanFactory, name))
                                .count()
                        == 1;
        return new ConditionOutcome(one, message.because("the pools are " + pools));
    }

    /**
     * The pool.
     *
     * @param marked those that are marked
     * @param pools all
     * @return the one that is meant
     */
    public static HikariDataSource pool(
            ObjectProvider<HikariDataSource> marked, ObjectProvider<HikariDataSource> pools) {
        HikariDataSource pool = marked.getIfUnique();
        return pool == null ? pools.getObject() : pool;
    }
}
