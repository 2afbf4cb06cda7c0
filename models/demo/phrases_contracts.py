"""What people write about commitments, purchase orders, contracts, subcontractors: data only, read by `texts`.

The notation is described in `texts`; phrases about invoices alone are in `phrases_invoices`.
"""

TOPICS = """
CONTRACTS_COMMITMENT
case OTHER
short Numéro d'engagement manquant pour la commande {order}
short [Demande de numéro d'engagement|Quel numéro d'engagement ?] – commande {order}
fact Le numéro d'engagement est obligatoire pour vous facturer, mais [le bon de commande {order} n'en porte aucun|nous
    ne l'avons jamais reçu pour la commande {order}].
fact Nous devons facturer {amount} au titre de la commande {order} du {date} et [le champ « engagement » bloque la
    saisie|il nous manque l'engagement].
detail Notre interlocuteur, {person}, [a changé de poste|est en congé] et son remplaçant ne le connaît pas.
detail La prestation est terminée depuis le {date2} ; [nous ne pouvons pas laisser traîner|la clôture du mois
    approche].
case INVOICE
short Engagement {eng} refusé à la saisie de la facture {invoice}
short Facture {invoice} : engagement {eng} « inconnu »
fact En saisissant la facture {invoice} ({amount}), nous obtenons pour l'engagement {eng} le message « {error} ».
detail Le même numéro [fonctionnait pourtant au printemps|a servi pour la facture précédente].
detail Nous avons essayé avec et sans [les tirets|les zéros], le résultat est identique.
case INVOICE
short Engagement {eng} : solde insuffisant pour la facture {invoice}
fact L'engagement {eng} n'est plus suffisant : il resterait {small} alors que notre facture {invoice} est de {amount}.
detail L'écart vient [de l'avenant signé le {date}|des quantités supplémentaires commandées le {date}] : le complément
    ne semble pas avoir été enregistré.
detail [Sans complément|Sans engagement complémentaire], la facture sera rejetée [une fois de plus|d'office].
own_ask Un complément est-il prévu[, et quand pourrons-nous facturer|] ?
own_ask [Pouvez-vous|Pourriez-vous] faire compléter l'engagement ou indiquer [une autre référence|le numéro à
    reporter] ?
ask [Pouvez-vous|Pourriez-vous] [communiquer le bon numéro|vérifier et indiquer le numéro à reporter] ?
ask Est-il possible d'avoir [une réponse|ce numéro] [avant la fin de la semaine|rapidement] ? Le dépôt en dépend.
solution L'engagement à reporter est le {eng}[, avec le code service {code}|]. Il est [actif depuis ce matin|visible
    dans le portail dès maintenant].
solution L'engagement avait été [clôturé par erreur en fin d'exercice|créé sur l'exercice précédent]. Il est repris
    sous le numéro {eng} : vous pouvez facturer.
solution Un engagement complémentaire a été [créé|validé] par le service acheteur ; reportez le numéro {eng} [sur
    votre facture|dans le champ prévu].
question [Pouvez-vous|Pourriez-vous] nous envoyer le bon de commande[ complet, page de signature comprise|] ? Sans lui
    nous ne retrouvons pas l'opération.
question Quel est l'objet exact de la commande et [qui l'a signée|quel service l'a passée] ? [La copie du bon|Le bon
    signé] nous suffirait.
answer Le bon de commande est joint. Il est signé de {person}[, pour le service acheteur|] ; [l'objet figure en
    première page|l'objet est en tête du document].
answer Vous trouverez ci-joint [la commande signée|le bon complet]. [C'est tout ce que nous avons reçu.|Rien d'autre
    ne nous est parvenu.]
refusal Le numéro donné est refusé à la saisie : « {error} ». [Y a-t-il une faute de frappe ?|Merci de le revérifier.]
refusal Cet engagement correspond à [une autre commande|un autre fournisseur], nous ne pouvons pas l'utiliser.
transfer L'engagement existe et il est actif chez nous, mais [il n'est pas remonté dans le portail|le contrôle de
    Chorus Pro le refuse] : [à vérifier par le support|nous ne pouvons rien corriger ici].
transfer Le flux des engagements de notre structure [semble en panne|n'est plus intégré] depuis [hier|lundi] ;
    d'autres fournisseurs sont concernés.
attach order capture

CONTRACTS_ORDER
case OTHER
short Bon de commande [non reçu|à transmettre] pour la prestation [du {date}|demandée le {date}]
short Prestation réalisée sans bon de commande ({amount})
fact Nous sommes intervenus le {date} à la demande de {person}, et le bon de commande promis [n'est jamais arrivé|ne
    nous est pas parvenu].
fact Vos services nous ont demandé une prestation de {amount} par [téléphone|courriel] le {date}. [Nous attendons
    toujours le bon de commande|Aucun bon de commande n'a suivi].
detail Sans ce document [la facture sera rejetée|nous ne pouvons pas facturer], et les travaux sont achevés.
detail Le devis {quote} a pourtant été [signé « bon pour accord »|accepté par écrit].
case OTHER
short Bon de commande {order} : [montant erroné|erreur de prix]
fact Le bon de commande {order} reçu le {date} [porte un montant de|est établi à] {amount}, ce qui ne correspond pas
    au devis {quote} accepté.
detail L'écart est de {small} ; il semble que [la main-d'œuvre ait été oubliée|le port n'ait pas été repris|la mise en
    œuvre ait été comptée deux fois].
detail Nous préférons [le signaler avant de facturer|ne pas facturer avant correction].
case OTHER
short Commande {order} : [livraison partielle à solder|reliquat]
fact La commande {order} a été livrée en deux fois, et la seconde livraison, le {date2}, [ne trouve plus de ligne
    ouverte|est refusée à la facturation] : la commande paraît soldée.
detail Le reliquat est de {small}, [bon de livraison signé|réceptionné sans réserve].
detail Le magasin nous a [bien confirmé la réception|remis un bon signé].
ask [Pouvez-vous|Pourriez-vous] [établir|transmettre] un bon de commande [à jour|régularisé] ?
ask [Comment facturer dans ces conditions|Que faut-il faire pour pouvoir facturer] ?
solution Le bon de commande [régularisé|corrigé] vous a été envoyé [ce matin|hier] par courriel ; il porte un nouveau
    numéro, {order}, et l'engagement {eng}.
solution Le service acheteur a [rouvert|complété] la commande. Vous pouvez déposer la facture en reportant
    l'engagement {eng}.
question [Pouvez-vous|Pourriez-vous] joindre le devis accepté [et le nom de la personne qui l'a signé|signé par nos
    services] ?
question [Nous ne trouvons pas trace de cette demande|La demande n'apparaît pas dans notre logiciel]. Avez-vous [un
    écrit|un courriel ou un devis signé] de nos services ?
answer Le devis accepté est joint, [signé par {person}|avec la signature de {person}]. [La demande avait été faite par
    téléphone.|Le courriel d'accord est à la suite.]
answer Voici le devis et l'accord écrit de {person}. [Nous n'avons pas d'autre document.|Les deux tiennent en une
    page.]
refusal Le document reçu [n'est pas signé|porte encore l'ancien prix], nous ne pouvons pas nous en servir.
refusal Rien n'est arrivé [à notre adresse|par courriel][, courrier indésirable compris|]. [Merci de renvoyer le
    bon.|Pouvez-vous le joindre ici ?]
transfer La commande est bien ouverte dans notre logiciel ; le contrôle du portail [la voit soldée|ne la reconnaît
    pas], ce qui [relève du support|nous échappe].
transfer Le bon de commande déposé dans l'espace du fournisseur [n'y apparaît pas|reste illisible], alors que notre
    envoi est [accepté|sans erreur].
attach quote order delivery

CONTRACTS_GUARANTEE
case OTHER
short Libération de la retenue de garantie, marché {market}
short [Retenue de garantie non restituée|Retenue de garantie] – marché {market}
fact La retenue de garantie de 5 % du marché {market}, soit {amount}, ne nous a pas été restituée alors que la
    réception [date de plus d'un an|a été prononcée il y a plus d'un an].
fact Le délai de garantie du marché {market} est échu depuis le {date}, [sans réserve en cours|réserves levées]. Il
    reste {amount} retenus à notre encontre.
detail Le maître d'œuvre nous a remis le procès-verbal de levée des réserves[, déjà transmis à vos services|].
detail [Deux|Trois] courriers sont restés sans réponse.
case OTHER
short Caution bancaire à la place de la retenue, marché {market}
fact Nous avons remis le {date} une garantie à première demande pour le marché {market}, mais la retenue de 5 %
    [continue d'être prélevée|a encore été appliquée sur la dernière situation] ({amount}).
detail L'original de la garantie a été [déposé contre récépissé|envoyé en recommandé, l'avis de réception est revenu].
detail La banque nous facture la caution [pour rien|dans le vide] tant que la retenue est maintenue.
ask [Pouvez-vous|Pourriez-vous] [faire libérer cette somme|demander la mainlevée au comptable public] ?
ask Quelle pièce manque-t-il [au dossier|pour la restitution], s'il en manque une ?
solution La mainlevée a été [signée|validée] [hier|ce matin] ; la somme sera virée [avec le prochain lot|sous dix
    jours], bordereau n° {bordereau}.
solution Le dossier était complet et [nous aurions dû la libérer d'office|n'avait pas été transmis]. Le mandat n°
    {mandate} est chez le comptable public.
question [Pouvez-vous|Pourriez-vous] joindre le procès-verbal de réception et celui de levée des réserves ? [Nous
    n'avons que le premier.|Le service marchés ne les retrouve pas.]
question Le lot comportait-il des réserves ? Si oui, [il nous faut la preuve de leur levée|merci de joindre le
    procès-verbal qui les lève].
answer Les deux procès-verbaux sont joints, [visés par le maître d'œuvre|signés des deux parties]. Aucune réserve ne
    reste ouverte.
answer Voici le procès-verbal de levée des réserves[, signé par {person}|]. [Le maître d'œuvre en a gardé
    l'original.|C'est l'exemplaire signé.]
refusal [La somme reçue|Le montant annoncé] ne couvre que [la tranche ferme|le premier lot], il reste {small}.
refusal [Le comptable public nous répond|La trésorerie nous répond] n'avoir reçu aucune mainlevée[ pour ce marché|].
transfer Le marché [n'apparaît plus|n'est plus rattaché au fournisseur] dans le module « Travaux » du portail ; nous
    ne pouvons pas [déposer la mainlevée|solder le décompte].
transfer Le décompte général est bloqué au statut « [En cours|À compléter] » [sans action possible|malgré nos
    validations] : anomalie du circuit travaux.
attach minutes letter list

SUBCONTRACTING_DIRECT
case INVOICE
short Paiement direct du sous-traitant, marché {market}
short Sous-traitant : facture {invoice} [non payée|en attente]
fact Sous-traitant déclaré sur le marché {market}, nous avons déposé le {date} la demande de paiement {invoice} de
    {amount}[. Elle reste bloquée en attente du titulaire|, toujours sans réponse du titulaire].
fact Notre demande de paiement direct {invoice} ({amount}) pour le marché {market} [n'a pas avancé depuis le
    {date}|est à l'arrêt depuis {days} jours].
detail Le titulaire dispose de quinze jours pour se prononcer, ce délai est [largement|nettement] dépassé.
detail L'acte spécial (DC4) nous a été notifié [avant le début des travaux|en même temps que le lot], l'agrément ne
    fait pas de doute.
case INVOICE
short Montant du paiement direct réduit sans explication, {invoice}
fact Le paiement direct de notre demande {invoice} a été ramené de {amount} à un montant inférieur de {small}[, sans
    un mot d'explication|].
detail Le titulaire assure [l'avoir validée en totalité|n'avoir rien retranché].
detail Le métré contradictoire signé avec le maître d'œuvre [confirme nos quantités|nous donne raison].
own_ask [Pouvez-vous|Pourriez-vous] dire qui a modifié ce montant[ et comment le rétablir|] ?
own_ask Comment [faire rétablir le montant exact|obtenir le complément] ?
ask [Pouvez-vous|Pourriez-vous] [intervenir auprès du titulaire|dire ce qui bloque] ?
ask Le maître d'ouvrage peut-il [payer sans l'accord exprès du titulaire|passer outre le silence du titulaire] ?
solution Le délai de quinze jours étant passé, le silence du titulaire vaut accord : la demande a été
    [validée|mandatée] [hier|ce matin], mandat n° {mandate}.
solution Le titulaire a été relancé et a [donné son accord|validé la demande] [hier|ce matin]. Le paiement suit son
    cours, [bordereau n° {bordereau}|sous trente jours].
question [Pouvez-vous|Pourriez-vous] joindre l'acte spécial (DC4) [signé|notifié] et la preuve de l'envoi de votre
    demande au titulaire ?
question Le montant maximal de votre acte spécial [semble atteint|nous paraît dépassé]. Avez-vous [un DC4
    modificatif|un acte spécial modificatif signé] ?
answer Le DC4 signé est joint[, dans sa dernière version|] ; [l'avis de réception du titulaire est à la suite|le
    plafond n'y est pas atteint].
answer Voici l'acte spécial en vigueur et [l'avis de réception du titulaire|la preuve d'envoi]. [Le plafond n'est pas
    dépassé.|L'original est chez le titulaire.]
refusal Le titulaire [prétend n'avoir rien reçu|conteste avoir été relancé] et notre demande est toujours bloquée.
refusal Le règlement annoncé est fait [au titulaire|sur le compte du titulaire] et non à nous.
transfer La demande est au statut « À valider par le titulaire », [qui ne la voit pas dans son espace|alors que le
    bouton n'existe pas chez lui].
transfer Le sous-traitant n'est pas proposé [dans le portail|au module « Travaux »] alors que l'acte spécial est saisi
    chez nous.
attach special list invoice

SUBCONTRACTING_VALIDATION
case INVOICE
short [Validation impossible|Impossible de valider] la demande de notre sous-traitant {invoice}
short Demande {invoice} d'un sous-traitant : [accord à donner|refus à annuler]
fact Titulaires du marché {market}, nous devons [donner notre accord sur|valider] la demande {invoice} de notre
    sous-traitant ({amount}), mais [aucun bouton n'est proposé|elle n'est pas dans notre liste].
fact Nous avons refusé par erreur, le {date2}, la demande {invoice} de notre sous-traitant sur le marché {market}.
detail Le sous-traitant nous relance [chaque semaine|tous les deux jours] et menace d'arrêter le chantier.
detail Nous sommes d'accord sur le montant comme sur [les travaux exécutés|la mise en œuvre].
case INVOICE
short Cotraitant : facture {invoice} en attente du mandataire
fact Cotraitants du marché {market}, nous attendons depuis le {date} que le mandataire valide la facture {invoice} de
    {amount}.
detail Le mandataire affirme [l'avoir validée|n'avoir rien reçu], nous voyons toujours « À valider ».
detail La convention de groupement [prévoit pourtant des comptes séparés|nous autorise à être payés séparément].
ask [Pouvez-vous|Pourriez-vous] [débloquer la demande|dire comment procéder] ?
ask Un accord écrit, joint à ce ticket, [peut-il suffire|suffirait-il] ?
solution Votre accord écrit [suffit|a été versé au dossier] : la demande a été [validée de notre côté|prise en
    compte], elle sera mandatée [cette semaine|la semaine prochaine].
solution La demande a été [renvoyée au circuit de validation|remise « À valider »]. Elle est de nouveau [visible dans
    votre espace|ouverte], sous l'onglet « Factures de travaux ».
question [Pouvez-vous|Pourriez-vous] nous joindre un accord écrit [daté et signé|à en-tête], avec le montant accepté ?
question À quel titre intervenez-vous exactement, [et sur quel lot|et pour quel lot] ? [L'acte d'engagement ou le
    DC4|Votre acte d'engagement] nous éclairerait.
answer L'accord signé est joint, [pour la totalité du montant|sans réserve de notre part]. [L'acte d'engagement y est
    annexé.|Le lot y est rappelé.]
answer Voici l'accord à en-tête, signé de {person}, avec [le lot et le montant|la copie de l'acte d'engagement].
refusal La demande n'apparaît toujours pas dans [notre liste|l'onglet indiqué][, même après reconnexion|].
refusal Le statut est revenu à « Refusée » [dans la journée|dès le lendemain], [sans action de notre part|tout seul].
transfer Les droits de validation dépendent du paramétrage du marché dans le portail, [auquel nous n'avons pas
    accès|que seul le support peut corriger].
transfer Le circuit de validation [saute l'étape du titulaire|tourne en boucle] : anomalie reproduite [chez nous|avec
    un autre lot].
attach letter special capture
"""
