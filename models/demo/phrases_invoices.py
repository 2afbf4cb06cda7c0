"""What people write about invoices, orders, contracts and subcontracting: data only, read by `texts`.

The notation is described in `texts`; phrases about justice, refunds and the portal are in the other phrases_* files.
"""

TOPICS = """
INVOICES_REJECTED
case INVOICE
short Facture {invoice} rejetée [sans motif|: motif incompris|, pourquoi ?]
short [Motif du rejet|Rejet] de la facture {invoice}
fact Notre facture {invoice} du {date}, d'un montant de {amount} TTC, est passée au statut « Rejetée » le {date2}[
    sans motif lisible|, avec pour seul motif « Autre »|].
fact Nous avons déposé la facture {invoice} ({amount}) le {date}. Elle nous est revenue rejetée le {date2} et [le
    commentaire est vide|nous ne comprenons pas pourquoi|personne n'a pu nous dire pourquoi].
detail Le bon de commande {order} y est pourtant rappelé et la livraison [a été acceptée sans réserve|est complète].
detail Les factures précédentes, [présentées de la même façon|établies sur le même modèle], sont toutes passées.
detail Nous avons revérifié le SIRET, la TVA et les totaux : [tout concorde|nous ne trouvons pas d'erreur].
case INVOICE
short Facture {invoice} rejetée : engagement {eng} [inconnu|non reconnu]
short Rejet pour [engagement erroné|mauvais engagement], facture {invoice}
fact La facture {invoice} de {amount} a été rejetée le {date2} au motif que l'engagement {eng} [est inconnu|n'existe
    pas|serait soldé].
fact Rejet de notre facture {invoice} déposée le {date} : on nous répond que l'engagement {eng} [n'est pas le bon|ne
    correspond pas au service destinataire].
detail C'est le numéro qui figure sur le bon de commande [signé par vos services|que nous avons reçu par courriel].
detail Nous n'en avons pas d'autre[ et le service acheteur ne répond pas|, malgré nos appels].
own_ask Quel numéro faut-il reporter [sur la facture à redéposer|pour que la facture soit acceptée] ?
own_ask [Pouvez-vous|Pourriez-vous] [communiquer le bon engagement|vérifier cet engagement] [et lever le rejet|avant
    que la facture soit redéposée] ?
case INVOICE
short Facture {invoice} rejetée comme doublon à tort
short Rejet pour doublon : [ce n'en est pas un|facture {invoice}]
fact Notre facture {invoice} ({amount}) vient d'être rejetée pour « doublon ». Or nous n'avons déposé ce numéro qu'une
    seule fois, le {date}.
detail La confusion vient peut-être de la facture du mois précédent, qui a le même montant [puisque c'est un
    forfait|parce qu'il s'agit d'un abonnement].
detail Seule une version d'essai, supprimée [aussitôt|le jour même], avait été saisie en brouillon.
own_ask [Pouvez-vous|Pourriez-vous] [revenir sur ce rejet|lever ce rejet] ou dire quelle facture ferait double emploi ?
own_ask Avec quelle facture [y aurait-il doublon|l'a-t-on confondue] ?
case INVOICE
short Ma facture {invoice} a été refusée
short [Facture refusée|Refus de ma facture], {amount}
fact J'ai envoyé ma facture {invoice} le {date} pour [une intervention faite|des travaux terminés|un dépannage fait] à
    votre demande, {amount} en tout. J'ai reçu un message disant qu'elle est rejetée, [rien de plus|sans explication].
detail Je suis à mon compte et [le portail n'est pas mon cœur de métier|je débute avec ce portail] : je veux bien
    corriger, mais il faut me dire quoi.
detail Le détail main-d'œuvre et fournitures est bien sur la facture, [le devis signé aussi|comme sur le devis
    accepté].
ask [Pouvez-vous|Pourriez-vous] indiquer le motif exact [et la marche à suivre|du rejet et ce qu'il faut corriger] ?
ask [Faut-il redéposer la facture sous le même numéro|Faut-il établir un avoir puis une nouvelle facture], ou
    pouvez-vous [lever le rejet|revenir sur ce rejet] ?
ask Qui peut [regarder ce dossier|répondre] [au service comptable|avant la fin du mois] ?
solution Le rejet était une erreur de [saisie|manipulation] de notre part. [Vous pouvez redéposer|Merci de redéposer]
    la facture sous le même numéro, sans rien y changer : elle sera traitée en priorité.
solution Après vérification avec le service acheteur, la facture doit porter l'engagement {eng}[ et le code service
    {code}|]. Une fois redéposée avec cette référence, elle sera [mandatée sous dix jours|prise en compte sans délai].
solution Le rejet venait du contrôle automatique : [le montant dépassait le reste à payer de|la quantité facturée ne
    correspondait pas à] la commande. La commande a été régularisée [hier|ce matin], vous pouvez redéposer la facture.
question [Pouvez-vous nous transmettre|Nous aurions besoin de] la copie du bon de commande [signé|daté et signé] et
    [du bon de livraison|de l'attestation de service fait], afin de [comprendre le rejet|retrouver l'engagement] ?
question Qui, dans nos services, vous a passé cette commande ? [Un nom ou un courriel|Le nom de votre interlocuteur]
    et la copie du bon signé nous permettraient de retrouver l'engagement.
answer Le bon de commande signé est joint. La commande nous a été passée par {person}, [par courriel|par téléphone
    puis confirmée par écrit].
answer Voici [le bon de commande et le bon de livraison signés|les pièces demandées]. Notre interlocuteur [était|est]
    {person}[, qui a réceptionné la livraison|].
refusal La facture redéposée [a été rejetée de nouveau|est revenue rejetée] avec le même motif, [sans commentaire|dès
    le lendemain].
refusal La référence indiquée n'est pas acceptée [à la saisie|par le portail] : message « {error} ».
refusal Nous ne pouvons pas [annuler cette facture|refaire la facture sous un autre numéro], elle est déjà
    comptabilisée. [Il faut lever le rejet de votre côté.|Merci de trouver une autre solution.]
transfer La facture n'a été rejetée par aucun de nos agents : le rejet [semble automatique|vient du portail lui-même]
    et nous ne pouvons pas le lever.
transfer Le motif saisi par notre service [n'apparaît pas|est tronqué] côté fournisseur ; [anomalie à vérifier par le
    support|cela ne dépend pas de nous].
attach invoice order delivery capture

INVOICES_STATUS
case INVOICE
short Facture {invoice} : statut inchangé depuis [le {date}|{days} jours]
short Où en est la facture {invoice} ?
short Suivi de la facture {invoice} ({amount})
fact La facture {invoice}, d'un montant de {amount}, est [toujours|encore] au statut « [Mise à disposition|Prise en
    compte|Mise à disposition du service] » alors que nous l'avons déposée le {date}.
fact Depuis le {date}, le statut de notre facture {invoice} ({amount} TTC) n'a pas bougé : « [Mise à disposition|Prise
    en compte|Reçue par le destinataire] ».
detail Aucun commentaire n'a été ajouté et [le service fait n'est pas constaté|personne ne nous a contactés].
detail Nous en avons besoin pour [clôturer notre trimestre|répondre à notre expert-comptable|la situation que demande
    notre banque].
detail La commande {order} a bien été livrée [en totalité|en une fois] et [le bon est signé|personne n'a émis de
    réserve].
case INVOICE
short Facture {invoice} suspendue : [quelle pièce manque ?|pièce demandée non précisée]
fact Notre facture {invoice} du {date} est « Suspendue » depuis le {date2} [pour pièce justificative manquante|sans
    que la pièce attendue soit précisée].
detail Nous avions joint [le bon de livraison signé|l'attestation de service fait|le décompte détaillé, main-d'œuvre
    comprise,] dès le dépôt. Rien d'autre n'est prévu au contrat.
detail Le maître d'œuvre nous confirme de son côté que [tout est validé|le décompte est visé].
own_ask Quelle pièce faut-il fournir [pour lever la suspension|exactement] ?
own_ask [Pouvez-vous|Pourriez-vous] [préciser ce qui manque|lever la suspension ou préciser ce qui manque] ?
case INVOICE
short Suivi de ma facture {invoice}
short Pas de nouvelles de ma facture [{invoice}|de {amount}]
fact J'ai déposé ma facture {invoice} le {date}, montant {amount}, pour [des travaux terminés|une intervention faite]
    à votre demande. Depuis je ne vois plus rien bouger.
detail Je suis artisan à mon compte[ et je n'ai personne pour suivre ces dossiers|] : [j'ai avancé les fournitures|ce
    règlement compte beaucoup pour moi].
detail Au téléphone on m'a dit de [passer par le portail|faire un ticket], voilà qui est fait.
ask [Pouvez-vous|Pourriez-vous] [indiquer où en est le traitement|préciser où elle en est] [et la date de paiement
    prévue|et ce qui reste à fournir] ?
ask Est-il possible de savoir [dans quel service elle se trouve|qui doit la valider] ?
ask Un [simple point|retour], même bref, [serait utile|rendrait service].
solution La facture a été [validée par le service|liquidée] [hier|ce matin|lundi] ; son statut passera à « Mise en
    paiement » [sous 48 heures|dans les prochains jours].
solution Elle attendait la constatation du service fait. C'est chose faite [depuis ce matin|depuis hier] : mandat n°
    {mandate}, transmis [au comptable public|à la trésorerie] avec le bordereau {bordereau}.
solution Votre facture était [affectée à un agent absent|restée dans la corbeille d'un autre service]. Elle a été
    [reprise|réaffectée] et sera mandatée [cette semaine|la semaine prochaine|au prochain lot].
question Le service fait n'a pas encore pu être constaté. [Pouvez-vous|Pourriez-vous] nous envoyer le bon de livraison
    ou d'intervention signé[, avec le nom de la personne présente sur place|] ?
question Nous ne retrouvons pas [la pièce justificative|le bon d'intervention] dans le dépôt. [Merci de la joindre
    ici|Un envoi en réponse à ce ticket suffira].
answer [Ci-joint|Vous trouverez ci-joint] le bon signé le jour même par {person}. L'original est [à votre
    disposition|dans nos bureaux].
answer Voici le bon [d'intervention|de livraison] avec le cachet et la signature de {person}. [N'hésitez pas s'il
    manque autre chose.|Rien d'autre ne nous avait été demandé.]
refusal Le statut n'a toujours pas changé [plusieurs jours après votre réponse|depuis votre message], [nous préférons
    garder ce ticket ouvert|la demande reste donc entière].
refusal La trésorerie nous dit n'avoir [reçu aucun mandat|rien reçu] à notre nom. [Pouvez-vous vérifier ?|Il y a donc
    autre chose.]
transfer Dans notre logiciel la facture est [soldée|payée], mais le statut ne remonte plus dans Chorus Pro [depuis la
    dernière mise à jour|malgré deux renvois du flux].
transfer La facture n'apparaît [pas dans nos factures reçues|dans aucune de nos listes] alors que le fournisseur la
    voit déposée : [à vérifier côté portail|incident de routage probable].
attach delivery invoice capture list

INVOICES_PAYMENT
case INVOICE
short [Facture {invoice} impayée|Retard de paiement, facture {invoice}]
short Relance : {amount} [en attente|impayés] depuis le {date2}
fact Sauf erreur de notre part, la facture {invoice} du {date}, d'un montant de {amount}, [n'est pas réglée à ce
    jour|reste impayée].
fact Nous n'avons pas reçu le règlement de la facture {invoice} ({amount}), [déposée le {date}|dont l'échéance était
    le {date2}].
detail Le délai de 30 jours est dépassé de plus de [deux|trois|quatre] semaines.
detail Le portail affiche « Mise en paiement » [depuis un bon moment|depuis des semaines], mais rien n'est arrivé sur
    notre compte.
detail [Notre trésorerie est tendue et|Comme petite entreprise,] nous ne pouvons plus avancer les salaires du chantier.
case INVOICE
short Paiement partiel de la facture {invoice}
short Il manque {small} sur le règlement [de la facture {invoice}|reçu le {date2}]
fact Le virement reçu le {date2} pour la facture {invoice} est inférieur de {small} au montant facturé ({amount}).
detail Aucun courrier n'explique cette différence : [pénalités, retenue, erreur de saisie ?|s'agit-il d'une retenue ?]
detail Notre expert-comptable ne sait pas [comment lettrer ce règlement|à quoi rattacher l'écart].
own_ask À quoi correspond cet écart, et quand sera-t-il [réglé|régularisé] ?
own_ask [Pouvez-vous|Pourriez-vous] [nous en donner le détail|faire régler le solde] ?
case INVOICE
short Facture {invoice} payée sur [l'ancien|un mauvais] compte bancaire
fact Le règlement de la facture {invoice} ({amount}) a été [émis|envoyé] le {date2} vers notre ancien compte, [clôturé
    depuis|fermé cette année].
detail Le nouveau RIB figurait pourtant [au pied de la facture|dans le courrier adressé à vos services] et il est à
    jour dans le portail.
detail La banque nous dit que le virement [a été retourné|repartira d'où il vient], mais rien n'est revenu.
ask [Pouvez-vous|Pourriez-vous] [indiquer à quelle date le règlement sera fait|faire le nécessaire auprès du comptable
    public] ?
ask À qui faut-il s'adresser pour [débloquer ce paiement|que ce soit régularisé] ?
ask [Une date|Une réponse], même approximative, serait la bienvenue.
solution Le virement a été [émis ce matin|envoyé hier] par le comptable public, mandat n° {mandate}. Comptez [deux à
    trois|trois] jours ouvrés pour le voir sur votre compte.
solution Le dossier avait été [bloqué par une coordonnée bancaire à contrôler|suspendu dans l'attente d'un visa]. Il
    est [débloqué|régularisé] et le règlement partira avec le bordereau n° {bordereau}, [vendredi|la semaine
    prochaine].
solution Nous avons fait le point avec [la trésorerie|le comptable public] : le mandat n° {mandate} est pris en charge
    et sera payé [sous cinq jours|sous huit jours]. [Toutes nos excuses pour ce retard.|]
question [Pouvez-vous|Pourriez-vous] nous joindre un RIB de moins de trois mois[, à l'en-tête de la société|] ? Celui
    que nous avons [est illisible|ne correspond pas à votre SIRET].
question Pour [relancer|saisir] le comptable public, il nous faut un RIB à jour [et un relevé des sommes dues|au nom
    exact de la société]. [Pouvez-vous les joindre ici ?|Merci de les joindre à ce ticket.]
answer Le RIB à jour est joint[, il n'a pas changé depuis le début de l'année|]. [Aucune autre somme n'est en
    litige.|Bien noté pour le délai.]
answer Voici le RIB au nom de la société. [Le compte est le même que celui de la fiche du portail.|Merci de ne plus
    utiliser l'ancien.]
refusal [Nous n'avons toujours rien reçu|Le virement annoncé n'est pas arrivé] : [notre banque est formelle|compte
    vérifié ce matin].
refusal Le montant reçu ne correspond pas [à la facture|à ce qui était annoncé] : il manque encore {small}.
transfer Le paiement est effectif chez le comptable, mais le portail [affiche encore « Mandatée »|n'enregistre pas le
    retour de paiement].
transfer Les coordonnées bancaires saisies par le fournisseur [n'arrivent pas dans notre flux|sont restées les
    anciennes dans le flux reçu du portail] : à corriger par le support.
attach rib invoice list capture

INVOICES_INTEREST
case INVOICE
short Intérêts moratoires sur la facture {invoice}
short [Demande|Calcul] d'intérêts moratoires, [retard de {days} jours|facture {invoice}]
fact La facture {invoice} de {amount}, échue le {date}, n'a été payée que le {date2}[, sans les intérêts moratoires|
    et le règlement ne comprend pas les intérêts].
fact Le paiement de notre facture {invoice} est intervenu avec {days} jours de retard. Les intérêts moratoires, que
    nous évaluons à {small}, [n'ont pas été versés|ne figurent pas sur le virement].
detail L'indemnité forfaitaire de 40 € pour frais de recouvrement [est due également|n'a pas été réglée non plus].
detail Ils sont dus de plein droit, [sans qu'une réclamation soit nécessaire|même si nous n'avons pas envoyé de
    rappel].
case INVOICE
short Désaccord sur les intérêts moratoires versés ([écart de |]{small})
fact Les intérêts moratoires versés le {date2} pour la facture {invoice} sont inférieurs de {small} à notre calcul.
detail Le taux appliqué paraît être [celui du semestre précédent|l'ancien taux] et [l'indemnité de 40 € manque|le
    point de départ n'est pas la date de dépôt].
detail Notre cabinet comptable arrive au même résultat que nous[, calcul à l'appui|].
ask [Pouvez-vous|Pourriez-vous] [vérifier le calcul et régulariser|mandater ce qui reste dû] ?
ask Quelle est la démarche [pour en obtenir le versement|à suivre] : faut-il [une facture à part|un courrier] ?
solution Les intérêts ont été [recalculés|liquidés] au taux en vigueur, indemnité forfaitaire comprise, et mandatés
    sous le n° {mandate}. [Aucune facture de votre part n'est nécessaire.|Rien d'autre n'est à fournir.]
solution Vous avez raison, [l'indemnité de 40 € avait été oubliée|le point de départ du délai était faux]. Le
    complément est mandaté [ce jour|avec le bordereau {bordereau}].
question [Pouvez-vous|Pourriez-vous] nous envoyer votre décompte : [date de départ, taux et nombre de jours|nombre de
    jours de retard et taux retenus] ?
question Sur quelle date de [dépôt|réception] et quel taux repose votre calcul ? [Un tableau suffira.|Un décompte
    d'une page suffira.]
answer Le décompte est joint : taux de la BCE majoré de huit points, [délai compté à partir du dépôt dans le
    portail|départ au trente et unième jour].
answer Voici notre calcul ligne par ligne[, établi par notre cabinet comptable|], [hors|avec] l'indemnité de 40 €.
refusal Le nombre de jours retenu est faux : le délai court [dès le dépôt dans le portail|depuis le dépôt, non depuis
    la validation par le service].
refusal Le versement couvre les intérêts mais pas [l'indemnité forfaitaire de 40 €|les 40 € de frais de recouvrement].
transfer La date de dépôt affichée chez nous et chez le fournisseur [diffère de plusieurs jours|n'est pas la même] ;
    seul le support peut [la retrouver dans les journaux|dire laquelle fait foi].
transfer L'historique des statuts de la facture [est vide|ne s'ouvre plus], nous ne pouvons pas établir le point de
    départ du délai. [Le support peut sans doute le restituer.|]
attach reckoning invoice list

INVOICES_RECIPIENT
case INVOICE
short Facture {invoice} adressée au mauvais service
short Erreur de code service [sur la facture {invoice}|: {code}]
fact Nous avons adressé par erreur la facture {invoice} ({amount}) au service {code}, le {date}. Elle aurait dû partir
    vers [le service acheteur|un autre service de votre structure].
fact La facture {invoice} déposée le {date} porte le code service {code}, qui [n'est pas le bon|ne correspond plus à
    rien] d'après notre interlocuteur.
detail Le bon de commande {order} ne précise [aucun code service|pas le code à utiliser].
detail Nous ne pouvons plus la modifier [puisqu'elle est déjà transmise|depuis qu'elle est « Mise à disposition »].
case INVOICE
short Facture {invoice} déposée sans [le bon code service|connaître le code service]
fact Faute de code service sur le bon de commande, nous avons déposé le {date} la facture {invoice} de {amount} avec
    [un code générique|un code trouvé dans l'annuaire]. [On nous dit maintenant qu'il n'est pas bon|Elle n'avance plus
    depuis].
detail L'annuaire propose une longue liste de services, avec des intitulés [très proches|difficiles à distinguer].
detail [Le code {code} utilisé l'an dernier|L'ancien code {code}] est refusé : « {error} ».
case INVOICE
short Facture {invoice} envoyée à une autre structure par erreur
fact La facture {invoice} du {date} ({amount}) vous a été adressée alors qu'elle concerne une autre structure : [nous
    avons confondu deux SIRET proches|erreur de sélection dans l'annuaire].
detail Le bon destinataire nous la réclame et [refuse un second envoi|craint un doublon] tant que celle-ci est active.
detail Notre logiciel ne permet pas de [la rappeler|l'annuler] une fois transmise.
ask [Pouvez-vous|Pourriez-vous] [la réorienter|faire le nécessaire] ou faut-il [un rejet de votre part|attendre un
    rejet] ?
ask [Que faut-il faire|Quelle est la bonne démarche] pour ne pas [perdre de temps sur le paiement|créer de doublon] ?
solution [La facture a été réorientée|Nous avons réorienté la facture] vers le bon destinataire. Pour la suite, le
    code service est {code}[ ; il sera porté sur nos prochains bons de commande|].
solution Nous avons [rejeté la facture|passé la facture au rejet] avec le motif « Destinataire erroné » : vous pouvez
    la redéposer [aussitôt|dès maintenant] [sous le même numéro|sans changer le numéro], à l'attention du bon service.
question [Pouvez-vous|Pourriez-vous] préciser quel service [a passé la commande|a été livré] ? Une copie du bon
    [signé|de commande] nous aiderait.
question Nous hésitons entre deux services. [À quelle adresse la livraison a-t-elle été faite|Où l'intervention
    a-t-elle eu lieu], et qui l'a [signée|reçue] ?
answer La commande venait [des services techniques|du service des achats|de la direction des finances], signée par
    {person}. [Le bon est joint.|Copie du bon jointe.]
answer Notre contact est {person}[, aux services généraux|, à la comptabilité]. [Le bon de commande est joint, sans
    code service.|Le bon joint porte son cachet.]
refusal Le code indiqué n'existe pas dans l'annuaire, [la saisie s'arrête là|le portail affiche « {error} »].
refusal La facture est toujours [rattachée à l'ancien service|visible chez le mauvais destinataire], [rien n'a changé
    de notre côté|même après reconnexion].
transfer Nous n'avons pas la main pour [réorienter une facture hors de notre structure|changer le destinataire] : seul
    le support peut la recycler.
transfer Le service figure dans notre annuaire mais [n'est pas proposé aux fournisseurs|reste invisible à la saisie] :
    paramétrage à vérifier par le support.
attach order capture invoice
"""
