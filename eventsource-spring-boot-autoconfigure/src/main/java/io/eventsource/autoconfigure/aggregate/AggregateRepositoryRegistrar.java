package io.eventsource.autoconfigure.aggregate;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.snapshot.Snapshots;
import io.eventsource.store.EventStore;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.RuntimeBeanReference;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;

/**
 * Registers an {@link AggregateRepository} bean for each class annotated with {@link AggregateType}, injectable by its
 * generic type. A repository bean of the application's own takes precedence.
 */
final class AggregateRepositoryRegistrar implements BeanDefinitionRegistryPostProcessor {

    private final Environment environment;

    AggregateRepositoryRegistrar(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void postProcessBeanDefinitionRegistry(BeanDefinitionRegistry registry) {
        if (registry instanceof ConfigurableListableBeanFactory beanFactory) {
            new AggregateClasses(beanFactory, environment)
                    .objects()
                    .forEach(aggregateClass -> register(aggregateClass, registry, beanFactory));
        }
    }

    private static void register(
            Class<?> aggregateClass, BeanDefinitionRegistry registry, ConfigurableListableBeanFactory beanFactory) {
        ResolvableType type = ResolvableType.forClassWithGenerics(AggregateRepository.class, aggregateClass);
        if (beanFactory.getBeanNamesForType(type, true, false).length > 0) {
            return;
        }
        RootBeanDefinition definition = new RootBeanDefinition(AggregateRepository.class);
        definition.setTargetType(type);
        definition.setFactoryMethodName("of");
        definition.setAutowireMode(AbstractBeanDefinition.AUTOWIRE_CONSTRUCTOR);
        definition.getConstructorArgumentValues().addIndexedArgumentValue(0, aggregateClass);
        definition
                .getConstructorArgumentValues()
                .addIndexedArgumentValue(1, new RuntimeBeanReference(EventStore.class));
        definition
                .getConstructorArgumentValues()
                .addIndexedArgumentValue(2, new RuntimeBeanReference(CommandRetries.class));
        definition.getConstructorArgumentValues().addIndexedArgumentValue(3, new RuntimeBeanReference(Snapshots.class));
        registry.registerBeanDefinition(aggregateClass.getName() + ".repository", definition);
    }
}
